// SPDX-License-Identifier: Apache-2.0
//
// fnserver: API server, load balancer and runner, one of them or all in one process (FN_NODE_TYPE).
// Exit codes: 0 ended as asked, 1 failed, 2 wrong use or configuration.

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/base/metric_sets.h"
#include "services/base/process_metrics.h"
#include "services/base/signals.h"
#include "services/server/api_role.h"
#include "services/server/command_line.h"
#include "services/server/lb_role.h"
#include "services/server/runner_role.h"

namespace fn::services {
namespace {

// The roles of one node, in the order in which they start; calls enter at the last.
class Node {
 public:
  Node(const NodeConfig& config, Log& log, std::unique_ptr<Launcher> launcher)
      : config_(config), log_(log) {
    add_process_metrics(metrics_, FN_VERSION);
    metrics_.ask(
        metric::kLogLinesDropped, {}, [&log] { return static_cast<double>(log.dropped()); });
    if (has_runner(config.type)) {
      auto runner = std::make_unique<RunnerRole>(config, log, metrics_, std::move(launcher));
      runner_ = runner.get();
      roles_.push_back(std::move(runner));
    }
    if (has_api(config.type)) {
      auto api = std::make_unique<ApiRole>(config, log, metrics_);
      api_ = api.get();
      roles_.push_back(std::move(api));
    }
  }

  core::Status start() {
    for (const auto& role : roles_) {
      if (core::Status status = role->start(); !status) {
        return status;
      }
    }
    if (!has_lb(config_.type)) {
      return {};
    }
    LbRole::Within within;
    if (api_ != nullptr) {
      within.api = [this](Loop& loop) {
        return api_->port_for(loop);
      };
    }
    if (runner_ != nullptr) {
      within.runner = runner_->channel_within();
    }
    first_shard_ = roles_.size();
    LbRole* first = nullptr;
    core::Status status;
    while (status && roles_.size() < first_shard_ + config_.lb.shards) {
      auto shard = std::make_unique<LbRole>(config_, log_, metrics_, within);
      if (first == nullptr) {
        first = shard.get();
      } else {
        shard->join(*first);
      }
      status = shard->start();
      roles_.push_back(std::move(shard));
    }
    return status;
  }

  // Until a signal asks for the end; then calls finish, within the grace.
  void run() {
    Loop loop;
    const Signals signals(
        loop, [&] { drain(loop); }, [this] { log_.flush(std::chrono::seconds(1)); });
    LoopTimer grace(loop);
    grace_ = &grace;
    for (const auto& role : roles_) {
      role->run();
    }
    loop.run();
    for (std::size_t role = roles_.size(); role > 0; --role) {
      roles_[role - 1]->stop();
    }
    while (!roles_.empty()) {
      roles_.pop_back();
    }
    log_.info("stopped");
  }

 private:
  void drain(Loop& loop) {
    log_.info("Halting...", {{"grace_ms", config_.shutdown_grace / std::chrono::milliseconds(1)}});
    grace_->set_after(config_.shutdown_grace, [this, &loop] {
      log_.warn("the grace is over: calls that still run are cut");
      loop.stop();
    });
    drain_from(roles_.size(), loop);
  }

  // From where calls enter to where they end: the load balancer's shards at once, then one role
  // after the other.
  void drain_from(std::size_t left, Loop& loop) {
    if (left == 0) {
      loop.stop();
      return;
    }
    const std::size_t begin = left > first_shard_ ? first_shard_ : left - 1;
    const auto drained =
        [this, begin, &loop, draining = std::make_shared<std::size_t>(left - begin)] {
          if (--*draining == 0) {
            drain_from(begin, loop);
          }
        };
    for (std::size_t role = begin; role < left; ++role) {
      roles_[role]->drain([&loop, drained] { loop.post(drained); });
    }
  }

  const NodeConfig& config_;
  Log& log_;
  Metrics metrics_;
  std::vector<std::unique_ptr<Role>> roles_;
  std::size_t first_shard_ = static_cast<std::size_t>(-1);  // of the roles; none: no load balancer
  RunnerRole* runner_ = nullptr;
  ApiRole* api_ = nullptr;
  LoopTimer* grace_ = nullptr;
};

// Settings that say nothing to the driver that is in use.
bool is_idle(std::string_view key, DriverKind driver) {
  constexpr std::array<std::string_view, 5> kOfDocker = {"container.docker_socket_folder",
                                                         "container.pull_timeout_ms",
                                                         "container.max_pending_signals",
                                                         "container.max_message_queue_bytes",
                                                         "container.max_tmp_inodes"};
  constexpr std::array<std::string_view, 3> kOfProcess = {
      "container.images_folder", "container.isolation", "container.limiter"};
  if (key == "container.debug_logs") {
    return true;
  }
  return driver == DriverKind::kDocker
             ? std::ranges::find(kOfProcess, key) != kOfProcess.end()
             : key.starts_with("docker.") || std::ranges::find(kOfDocker, key) != kOfDocker.end();
}

void warn_of_idle_settings(const LoadedConfig& loaded, Log& log) {
  const DriverKind driver = loaded.config.container.driver;
  const std::string message = "this setting has no effect on the " +
                              std::string(driver == DriverKind::kDocker ? "docker" : "process") +
                              " driver";
  for (const ConfigLine& line : loaded.lines) {
    if (line.row.origin != core::kDefaultOrigin && is_idle(line.row.key, driver)) {
      log.warn(message, {{"key", line.row.key}, {"set_by", line.row.origin}});
    }
  }
}

int serve(const LoadedConfig& loaded) {
  const NodeConfig& config = loaded.config;
  if (config.type == NodeType::kNpm) {
    return complain("fnserver",
                    "FN_NODE_TYPE=npm: the node pool manager is a program of its own, fnnpm",
                    kMisused);
  }
  // Before any thread: the helper that starts processes is a fork of this one.
  std::unique_ptr<Launcher> launcher;
  if (has_runner(config.type) && config.container.driver == DriverKind::kProcess) {
    core::Result<std::unique_ptr<Launcher>> forked = Launcher::fork_helper();
    if (!forked) {
      return complain("fnserver", forked.error().message, kFailed);
    }
    launcher = *std::move(forked);
  }
  core::Result<std::unique_ptr<Log>> log = Log::open(config.log);
  if (!log) {
    return complain("fnserver", log.error().message, kMisused);
  }
  for (const std::string& warning : loaded.warnings) {
    (*log)->warn(warning);
  }
  warn_of_idle_settings(loaded, **log);
  Node node(config, **log, std::move(launcher));
  if (const core::Status status = node.start(); !status) {
    (*log)->flush(std::chrono::seconds(1));
    return complain("fnserver", status.error().message, kMisused);
  }
  node.run();
  return 0;
}

}  // namespace
}  // namespace fn::services

int main(int count, char** words) {
  return fn::services::run_program(
      {.name = "fnserver",
       .about = "Runs an API server, a load balancer, a runner, or all of them (FN_NODE_TYPE).",
       .serve = fn::services::serve},
      {words + 1, words + count});
}
