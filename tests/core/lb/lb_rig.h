// SPDX-License-Identifier: Apache-2.0
//
// A load balancer in a test's hand: events in, actions out as lines. The test plays the runners: it
// says which offer is accepted, refused or finished; deadlines are delivered when they come.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/lb/load_balancer.h"
#include "tests/support/machine_text.h"

namespace fn::tests {

using namespace std::chrono_literals;

class LbRig {
 public:
  // Quiet: no advertisement falls into what most tests look at.
  static core::LbConfig quiet(const std::string& placer = "round-robin") {
    core::LbConfig config;
    config.placer = placer;
    config.advertise_every = 24h;
    config.health.enabled = false;
    return config;
  }

  explicit LbRig(const core::LbConfig& config = quiet(), std::uint64_t seed = 1)
      : lb_(std::make_unique<core::LoadBalancer>(config, functions, core::Rng(seed))) {}

  core::FunctionHandle function(std::int64_t memory_mib, std::int64_t cpu_milli = 0) {
    return functions.add(core::FunctionSpec{.key = functions.size() + 1,
                                            .memory = core::MemoryMib{memory_mib},
                                            .cpu = core::MilliCpu{cpu_milli}});
  }

  // Runners 0, 1, ... of these sizes.
  void members(const std::vector<std::uint32_t>& sizes_mib) {
    std::vector<core::Member> list;
    list.reserve(sizes_mib.size());
    for (const std::uint32_t size : sizes_mib) {
      list.push_back(
          core::Member{core::RunnerHandle{static_cast<std::uint32_t>(list.size())}, size, 0});
    }
    membership(list);
  }

  void membership(const std::vector<core::Member>& list) {
    give(core::MembershipReceived{++generation_, list});
  }

  void arrive(std::uint32_t call,
              core::FunctionHandle function,
              std::uint32_t body_bytes = 0,
              std::uint32_t detached = 0) {
    give(core::CallArrived{core::CallHandle{call}, function, body_bytes, detached});
  }

  void accept(std::uint32_t call) {
    give(core::CallAccepted{core::CallHandle{call}, attempt(call)});
  }

  void refuse(std::uint32_t call, core::RefusalReason reason = core::RefusalReason::kRunnerFull) {
    give(core::CallNacked{core::CallHandle{call}, attempt(call), reason});
  }

  void finish(std::uint32_t call, core::CallOutcome outcome = core::CallOutcome::kCompleted) {
    give(core::CallFinished{core::CallHandle{call}, attempt(call), outcome});
  }

  void gone(std::uint32_t call) { give(core::CallerGone{core::CallHandle{call}}); }

  // Arrives, is offered and accepted: fills a runner.
  void run(std::uint32_t call, core::FunctionHandle function) {
    arrive(call, function);
    accept(call);
  }

  template <typename Event>
  void give(const Event& event) {
    lb_->step(now, event, all);
  }

  // Lets time pass and delivers every deadline on the way.
  void pass(core::Duration duration) {
    const core::Instant until = now + duration;
    while (lb_->next_deadline() <= until) {
      now = std::max(now, lb_->next_deadline());
      give(core::LbDeadlineReached{});
    }
    now = until;
  }

  // The number of the call's last offer.
  [[nodiscard]] std::uint32_t attempt(std::uint32_t call) const {
    std::uint32_t latest = 0;
    for (const core::TryCall& offer : every<core::TryCall>()) {
      latest = offer.call.value == call ? offer.attempt : latest;
    }
    return latest;
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
  [[nodiscard]] std::vector<Body> every() const {
    std::vector<Body> found;
    if constexpr (std::is_same_v<decltype(Body::kKind), const core::LbActionKind>) {
      collect<Body>(all.actions, found);
    } else {
      collect<Body>(all.facts, found);
    }
    return found;
  }

  // The last of these; one of nothing when there is none.
  template <typename Body>
  [[nodiscard]] Body last() const {
    const std::vector<Body> found = every<Body>();
    return found.empty() ? Body{} : found.back();
  }

  // The last answer to a caller.
  [[nodiscard]] core::RespondToCaller answer() const { return last<core::RespondToCaller>(); }

  [[nodiscard]] core::LoadBalancer& lb() { return *lb_; }

  core::FunctionTable functions;
  core::Instant now{};
  core::LbOut all;

 private:
  template <typename Body, typename Records>
  static void collect(const Records& records, std::vector<Body>& found) {
    for (const auto& record : records) {
      if (record.kind() == Body::kKind) {
        found.push_back(record.template as<Body>());
      }
    }
  }

  std::unique_ptr<core::LoadBalancer> lb_;
  std::uint64_t generation_ = 0;
  std::size_t told_ = 0;
};

}  // namespace fn::tests
