// SPDX-License-Identifier: Apache-2.0
//
// fnnpm: the node pool manager. Exit codes: 0 ended as asked, 1 failed, 2 wrong use or
// configuration.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "services/base/load_config.h"
#include "services/base/metric_sets.h"
#include "services/base/print_config.h"
#include "services/base/process_metrics.h"
#include "services/base/signals.h"
#include "services/server/npm_role.h"

namespace fn::services {
namespace {

constexpr int kFailed = 1;
constexpr int kMisused = 2;

int complain(const std::string& line, int status) {
  std::cerr << "fnnpm: " << line << '\n';
  return status;
}

int serve(const LoadedConfig& loaded) {
  const NodeConfig& config = loaded.config;
  if (config.type != NodeType::kNpm) {
    return complain("this program is a node pool manager: other roles are fnserver's", kMisused);
  }
  core::Result<std::unique_ptr<Log>> log = Log::open(config.log);
  if (!log) {
    return complain(log.error().message, kMisused);
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
    return complain(status.error().message, kMisused);
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

void print_help() {
  std::cout << "Usage: fnnpm [FLAG...]\n"
               "       fnnpm config print [--origin] [FLAG...]\n"
               "Runs a node pool manager, which gives each LB group the runners that it needs.\n\n"
            << config_help(default_lines());
}

int run(std::vector<std::string> words) {
  if (!words.empty() && (words[0] == "--help" || words[0] == "-h" || words[0] == "help")) {
    print_help();
    return 0;
  }
  if (!words.empty() && words[0] == "--version") {
    std::cout << "fnnpm " FN_VERSION "\n";
    return 0;
  }
  const bool prints = words.size() >= 2 && words[0] == "config" && words[1] == "print";
  if (prints) {
    words.erase(words.begin(), words.begin() + 2);
  }
  const bool origin = prints && std::erase(words, "--origin") > 0;
  ConfigSources sources;
  sources.environment = environment_of(environ);
  std::erase_if(sources.environment,
                [](const auto& variable) { return variable.first == "FN_NODE_TYPE"; });
  sources.environment.emplace_back("FN_NODE_TYPE", "npm");
  std::error_code error;
  sources.working_folder = std::filesystem::current_path(error).string();
  sources.arguments = std::move(words);
  const core::Result<LoadedConfig> loaded = load_config(sources);
  if (!loaded) {
    return complain(loaded.error().message, kMisused);
  }
  if (prints) {
    std::cout << config_table(loaded->lines, origin);
    return 0;
  }
  return serve(*loaded);
}

}  // namespace
}  // namespace fn::services

int main(int count, char** words) {
  return fn::services::run(std::vector<std::string>(words + 1, words + count));
}
