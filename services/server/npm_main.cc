// SPDX-License-Identifier: Apache-2.0
//
// fnnpm: the node pool manager. Exit codes: 0 ended as asked, 1 failed, 2 wrong use or
// configuration.

#include <chrono>
#include <memory>
#include <string>

#include "services/base/metric_sets.h"
#include "services/base/process_metrics.h"
#include "services/base/signals.h"
#include "services/server/command_line.h"
#include "services/server/npm_role.h"

namespace fn::services {
namespace {

int serve(const LoadedConfig& loaded) {
  const NodeConfig& config = loaded.config;
  if (config.type != NodeType::kNpm) {
    return complain(
        "fnnpm", "this program is a node pool manager: other roles are fnserver's", kMisused);
  }
  core::Result<std::unique_ptr<Log>> log = Log::open(config.log);
  if (!log) {
    return complain("fnnpm", log.error().message, kMisused);
  }
  for (const std::string& warning : loaded.warnings) {
    (*log)->warn(warning);
  }
  Metrics metrics;
  add_process_metrics(metrics, FN_VERSION);
  metrics.ask(
      metric::kLogLinesDropped, {}, [&log] { return static_cast<double>((*log)->dropped()); });
  NpmRole role(config, **log, metrics);
  if (const core::Status status = role.start(); !status) {
    (*log)->flush(std::chrono::seconds(1));
    return complain("fnnpm", status.error().message, kMisused);
  }
  Loop loop;
  const Signals signals(
      loop,
      [&] {
        (*log)->info("Halting...");
        role.drain([&loop] { loop.stop(); });
      },
      [&log] { (*log)->flush(std::chrono::seconds(1)); },
      [&role] { role.reload(); });
  role.run();
  loop.run();
  role.stop();
  (*log)->info("stopped");
  return 0;
}

}  // namespace
}  // namespace fn::services

int main(int count, char** words) {
  return fn::services::run_program(
      {.name = "fnnpm",
       .about = "Runs a node pool manager, which gives each LB group the runners that it needs.",
       .node_type = "npm",
       .serve = fn::services::serve},
      {words + 1, words + count});
}
