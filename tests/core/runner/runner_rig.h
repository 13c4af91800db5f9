// SPDX-License-Identifier: Apache-2.0
//
// A runner in a test's hand: offers in, actions out as lines. The test says when a container is up
// and when a call has ended, by the container's creation number.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/runner/runner.h"
#include "tests/support/machine_text.h"

namespace fn::tests {

using namespace std::chrono_literals;

class RunnerRig {
 public:
  static core::RunnerConfig of_memory(std::int64_t memory_mib,
                                      const std::string& keep_alive = "lru") {
    core::RunnerConfig config;
    config.memory = core::MemoryMib{memory_mib};
    config.keep_alive = keep_alive;
    return config;
  }

  explicit RunnerRig(const core::RunnerConfig& with = of_memory(1024))
      : runner_(std::make_unique<core::Runner>(with, functions)) {}

  core::FunctionHandle function(std::int64_t memory_mib,
                                std::int64_t cpu_milli = 0,
                                core::Duration cold_overhead = 1s) {
    return functions.add(core::FunctionSpec{.memory = core::MemoryMib{memory_mib},
                                            .cpu = core::MilliCpu{cpu_milli},
                                            .cold_overhead = cold_overhead,
                                            .image = static_cast<std::uint32_t>(functions.size())});
  }

  // Its idle containers go after a time of its own.
  core::FunctionHandle function_idle_for(core::Duration idle_timeout) {
    return functions.add(core::FunctionSpec{.idle_timeout = idle_timeout});
  }

  void offer(std::uint32_t call, core::FunctionHandle function) {
    function_of_[call] = function;
    give(core::CallOffered{core::CallHandle{call}, function, core::LbHandle{0}, 1});
  }

  void cancel(std::uint32_t call) {
    give(core::CallCancelled{core::CallHandle{call}, function_of_[call], core::LbHandle{0}, 1});
  }

  void up(std::uint32_t number) { give(core::ContainerStarted{handle(number), number}); }

  void lost(std::uint32_t number) { give(core::ContainerLost{handle(number), number}); }

  void ended(std::uint32_t number,
             core::CallOutcome outcome = core::CallOutcome::kCompleted,
             std::uint32_t reusable = 1) {
    give(core::RunEnded{handle(number), number, outcome, reusable});
  }

  // Offers, starts, runs and ends: leaves an idle container. REQUIRES: it is number `number`.
  void leave_idle(std::uint32_t call, core::FunctionHandle function, std::uint32_t number) {
    offer(call, function);
    up(number);
    ended(number);
  }

  template <typename Event>
  void give(const Event& event) {
    const std::size_t done = all.actions.size();
    runner_->step(now, event, all);
    for (std::size_t index = done; index < all.actions.size(); ++index) {
      if (all.actions[index].kind() == core::RunnerActionKind::kStartContainer) {
        const auto start = all.actions[index].as<core::StartContainer>();
        handles_[start.number] = start.container;
      }
    }
  }

  void pass(core::Duration duration) {
    const core::Instant until = now + duration;
    while (runner_->next_deadline() <= until) {
      now = std::max(now, runner_->next_deadline());
      give(core::RunnerDeadlineReached{});
    }
    now = until;
  }

  // The actions since this was last asked, joined by "; ".
  std::string told() {
    std::string lines;
    for (; told_ < all.actions.size(); ++told_) {
      lines += (lines.empty() ? "" : "; ") + text(all.actions[told_]);
    }
    return lines;
  }

  template <typename Body>
  [[nodiscard]] std::vector<Body> facts() const {
    std::vector<Body> found;
    for (const core::RunnerFact& fact : all.facts) {
      if (fact.kind() == Body::kKind) {
        found.push_back(fact.as<Body>());
      }
    }
    return found;
  }

  [[nodiscard]] core::ContainerHandle handle(std::uint32_t number) const {
    const auto found = handles_.find(number);
    return found == handles_.end() ? core::ContainerHandle{} : found->second;
  }

  [[nodiscard]] core::Runner& runner() { return *runner_; }

  [[nodiscard]] std::int64_t used_mib() const { return runner_->resources().used_memory().value; }

  [[nodiscard]] std::int64_t idle_mib() const { return runner_->resources().idle_memory().value; }

  core::FunctionTable functions;
  core::Instant now{};
  core::RunnerOut all;

 private:
  std::unique_ptr<core::Runner> runner_;
  std::map<std::uint32_t, core::ContainerHandle> handles_;
  std::map<std::uint32_t, core::FunctionHandle> function_of_;
  std::size_t told_ = 0;
};

}  // namespace fn::tests
