// SPDX-License-Identifier: Apache-2.0
//
// The small world of a transcript: one load balancer, one node pool manager and a few runners,
// wired together without delay. Commands say what happens outside (a call arrives, a container is
// up, time passes); what every machine does and states is written down line by line.

#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/lb/load_balancer.h"
#include "core/npm/node_pool_manager.h"
#include "core/runner/runner.h"
#include "tests/support/machine_text.h"

namespace fn::tests {

class TranscriptWorld {
 public:
  TranscriptWorld();

  // Carries out one command and returns what came of it, a line each. See
  // tests/transcripts/README.md.
  std::string run(const std::string& command);

 private:
  struct Node {
    std::unique_ptr<core::Runner> machine;
    bool silent = false;  // gets and sends nothing
    std::map<std::uint32_t, core::ContainerHandle> containers;
  };

  void build();
  void configure(std::istringstream& words);
  void happen(const std::string& verb, std::istringstream& words);
  void happen_to_runner(const std::string& verb, std::istringstream& words);
  void pass(core::Duration duration);
  void deliver();
  void list();
  void line(const std::string& who, const std::string& what);

  template <typename Event>
  void tell_lb(const Event& event);
  template <typename Event>
  void tell_npm(const Event& event);
  template <typename Event>
  void tell_runner(std::uint32_t runner, const Event& event);

  [[nodiscard]] bool listens(core::RunnerHandle runner) const;
  void answer_if_listening(core::RunnerHandle runner);
  template <typename Event>
  void send_to_runner(core::RunnerHandle runner, Event event);
  void carry_out(const core::LbAction& action);
  void send_to_npm(const core::LbAction& action);
  void carry_out(const core::NpmAction& action);
  void carry_out(std::uint32_t runner, const core::RunnerAction& action);

  core::LbConfig lb_config_;
  core::NpmConfig npm_config_;
  core::RunnerConfig runner_config_;
  core::FunctionTable functions_;
  std::map<std::string, core::FunctionHandle> function_names_;
  std::unique_ptr<core::LoadBalancer> lb_;
  std::unique_ptr<core::NodePoolManager> npm_;
  std::map<std::uint32_t, Node> nodes_;
  std::uint32_t next_runner_ = 0;
  std::deque<std::function<void()>> messages_;
  std::ostringstream written_;
  core::Instant now_{};
};

}  // namespace fn::tests
