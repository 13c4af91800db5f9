// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever happens to a load balancer, in any order and under every placer, every call is
// answered exactly once, is at one runner at a time and never at one that rests or has left, the
// queue keeps its bounds, and it comes to rest. An LB that is saved and built anew at random steps
// answers the same.

#include <map>
#include <rapidcheck.h>
#include <set>

#include <gtest/gtest.h>

#include "core/lb/load_balancer.h"
#include "tests/support/twin.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using core::CallHandle;
using core::CallOutcome;
using core::FunctionHandle;
using core::Instant;
using core::LbActionKind;
using core::RefusalReason;
using core::RunnerHandle;

struct ModelCall {
  FunctionHandle function;
  std::uint32_t attempt = 0;  // zero: at no runner
  std::uint32_t runner = 0;
  bool accepted = false;
};

std::uint32_t below(std::uint32_t bound) {
  return *rc::gen::inRange<std::uint32_t>(0, bound);
}

class World {
 public:
  World(const core::LbConfig& config, const core::FunctionTable& functions)
      : config_(config), functions_(functions), twin_([&config, &functions] {
          return std::make_unique<core::LoadBalancer>(config, functions, core::Rng(5));
        }) {}

  void random_step() {
    switch (below(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
        arrive();
        break;
      case 4:
      case 5:
        answer(any(false), below(3));
        break;
      case 6:
      case 7:
        finish(any(true));
        break;
      case 8:
        hang_up();
        break;
      case 9:
        new_membership();
        break;
      case 10:
        break_runner(RunnerHandle{below(8)});
        break;
      case 11:
        give(core::RunnerAnswered{RunnerHandle{below(8)}});
        break;
      case 12:
        stale();
        break;
      default:
        pass(std::chrono::milliseconds(below(below(3) == 0 ? 40'000 : 30)));
    }
    if (below(6) == 0) {
      twin_.reload();
    }
    if (below(12) == 0) {
      twin_.load_damaged();
    }
  }

  // All runners take what they are offered; then nothing is left to be done.
  void settle() {
    for (std::uint32_t round = 0; !calls_.empty(); ++round) {
      RC_ASSERT(round < 5'000);
      while (const std::uint32_t call = any(false)) {
        answer(call, 1);
      }
      while (const std::uint32_t call = any(true)) {
        finish(call);
      }
      pass(1s);
    }
    pass(2h);
    RC_ASSERT(twin_.machine().next_deadline() == core::kNever);
    RC_ASSERT(twin_.machine().pool().load_mib == 0);
  }

 private:
  template <typename Event>
  void give(const Event& event) {
    core::LbOut out;
    twin_.step(now_, event, out);
    for (const core::LbAction& action : out.actions) {
      carry_out(action);
    }
    check();
  }

  void arrive() {
    const std::uint32_t call = 1 + below(20);
    if (calls_.contains(call)) {
      return;
    }
    const FunctionHandle function{below(static_cast<std::uint32_t>(functions_.size()))};
    calls_[call] = ModelCall{function, 0, 0, false};
    give(core::CallArrived{CallHandle{call}, function, below(50), below(4) == 0 ? 1U : 0U});
  }

  // A call that is accepted, or only offered; zero: none.
  std::uint32_t any(bool accepted) {
    std::vector<std::uint32_t> found;
    for (const auto& [call, known] : calls_) {
      if (known.attempt != 0 && known.accepted == accepted) {
        found.push_back(call);
      }
    }
    return found.empty() ? 0 : found[below(static_cast<std::uint32_t>(found.size()))];
  }

  void answer(std::uint32_t call, std::uint32_t how) {
    if (call == 0) {
      return;
    }
    ModelCall& known = calls_[call];
    const std::uint32_t attempt = known.attempt;
    if (how == 0) {
      known.attempt = 0;
      const RefusalReason reasons[] = {RefusalReason::kRunnerFull,
                                       RefusalReason::kRunnerDraining,
                                       RefusalReason::kRunnerBroken,
                                       RefusalReason::kTooLarge};
      give(core::CallNacked{CallHandle{call}, attempt, reasons[below(4)]});
    } else {
      known.accepted = true;
      give(core::CallAccepted{CallHandle{call}, attempt});
    }
  }

  void finish(std::uint32_t call) {
    if (call != 0) {
      const std::uint32_t attempt = calls_[call].attempt;
      calls_[call].attempt = 0;
      give(core::CallFinished{CallHandle{call}, attempt, CallOutcome::kCompleted});
      RC_ASSERT(calls_.count(call) == 0);
    }
  }

  void hang_up() {
    const std::uint32_t call = 1 + below(20);
    const bool known = calls_.contains(call);
    give(core::CallerGone{CallHandle{call}});
    RC_ASSERT(!known || !calls_.contains(call));
  }

  void new_membership() {
    std::vector<core::Member> members;
    for (std::uint32_t runner = 0; runner < 8; ++runner) {
      if (below(2) == 0) {
        const std::uint32_t sizes[] = {0, 1000, 2000};
        members.push_back(core::Member{RunnerHandle{runner}, sizes[runner % 3], 0});
      }
    }
    members_.clear();
    for (const core::Member& member : members) {
      members_.insert(member.runner.value);
    }
    give(core::MembershipReceived{++generation_, members});
    give(core::MembershipReceived{generation_ - below(2), {}});
  }

  void break_runner(RunnerHandle runner) {
    for (auto& [call, known] : calls_) {
      broken_.insert(known.attempt != 0 && known.runner == runner.value ? call : 0);
    }
    give(core::RunnerBroke{runner});
    for (const std::uint32_t call : broken_) {
      // An accepted one is lost; the others were taken back.
      const auto known = calls_.find(call);
      RC_ASSERT((known == calls_.end() || !known->second.accepted));
    }
    broken_.clear();
  }

  void stale() {
    const CallHandle call{1 + below(30)};
    const std::uint32_t attempt = 1'000'000;
    give(core::CallAccepted{call, attempt});
    give(core::CallNacked{call, attempt, RefusalReason::kRunnerFull});
    give(core::CallFinished{call, attempt, CallOutcome::kCompleted});
  }

  void pass(core::Duration duration) {
    const Instant until = now_ + duration;
    while (twin_.machine().next_deadline() <= until) {
      now_ = std::max(now_, twin_.machine().next_deadline());
      give(core::LbDeadlineReached{});
      RC_ASSERT(twin_.machine().next_deadline() > now_);
    }
    now_ = until;
  }

  void carry_out(const core::LbAction& action) {
    switch (action.kind()) {
      case LbActionKind::kTryCall: {
        const auto offer = action.as<core::TryCall>();
        ModelCall& call = calls_.at(offer.call.value);
        RC_ASSERT(call.attempt == 0 && !call.accepted);
        RC_ASSERT(call.function == offer.function);
        RC_ASSERT(offer.attempt > last_attempt_);
        RC_ASSERT(members_.count(offer.runner.value) != 0);
        last_attempt_ = offer.attempt;
        call.attempt = offer.attempt;
        call.runner = offer.runner.value;
        break;
      }
      case LbActionKind::kCancelCall: {
        const auto cancel = action.as<core::CancelCall>();
        ModelCall& call = calls_.at(cancel.call.value);
        RC_ASSERT(call.attempt == cancel.attempt && call.runner == cancel.runner.value);
        call.attempt = 0;
        break;
      }
      case LbActionKind::kRespondToCaller: {
        const auto answer = action.as<core::RespondToCaller>();
        const ModelCall& call = calls_.at(answer.call.value);
        RC_ASSERT(call.attempt == 0 || broken_.contains(answer.call.value));
        RC_ASSERT((answer.outcome == CallOutcome::kCompleted) ==
                  (answer.reason == RefusalReason::kNone));
        RC_ASSERT((answer.retry_after_s > 0) == (answer.outcome == CallOutcome::kRefused ||
                                                 answer.outcome == CallOutcome::kTimedOut));
        calls_.erase(answer.call.value);
        break;
      }
      case LbActionKind::kReportRunner: {
        const auto report = action.as<core::ReportRunner>();
        RC_ASSERT(report.rested != 0 || reported_.contains(report.runner.value));
        report.rested != 0 ? void(reported_.insert(report.runner.value))
                           : void(reported_.erase(report.runner.value));
        break;
      }
      case LbActionKind::kAdvertiseCapacity:
      case LbActionKind::kCheckRunner:
        break;
    }
  }

  void check() {
    const core::LoadBalancer& lb = twin_.machine();
    std::map<std::uint32_t, std::uint64_t> loads;
    std::uint32_t waiting = 0;
    for (const auto& [call, known] : calls_) {
      const auto memory = static_cast<std::uint64_t>(functions_[known.function].memory.value);
      known.attempt != 0 ? void(loads[known.runner] += memory) : void(++waiting);
    }
    RC_ASSERT(lb.waiting() == waiting);
    RC_ASSERT(waiting <= config_.waiting_calls_max);
    std::uint32_t resting = 0;
    for (const core::Candidate& candidate : lb.pool().candidates) {
      RC_ASSERT(candidate.load_mib == loads[candidate.runner.value]);
      resting += candidate.usable == 0 ? 1U : 0U;
    }
    RC_ASSERT(2 * resting <= lb.pool().candidates.size());
  }

  core::LbConfig config_;
  const core::FunctionTable& functions_;
  Twin<core::LoadBalancer, core::LbOut> twin_;
  std::map<std::uint32_t, ModelCall> calls_;
  std::set<std::uint32_t> members_;
  std::set<std::uint32_t> reported_;
  std::set<std::uint32_t> broken_;  // calls on a runner whose stream just broke
  std::uint64_t generation_ = 0;
  std::uint32_t last_attempt_ = 0;
  Instant now_{};
};

core::FunctionTable some_functions() {
  core::FunctionTable functions;
  for (const std::int64_t memory : {100, 300, 900, 1500}) {
    functions.add(
        core::FunctionSpec{.key = static_cast<std::uint64_t>(memory) * 0x9e3779b97f4a7c15ULL,
                           .memory = core::MemoryMib{memory},
                           .cpu = core::MilliCpu{memory}});
  }
  return functions;
}

void play(std::string_view placer) {
  core::LbConfig config;
  config.placer = placer;
  config.waiting_calls_max = 8;
  config.waiting_bytes_max = 200;
  config.overtakes_max = 2;
  config.health.enabled = *rc::gen::inRange(0, 4) != 0;
  config.runners_refuse_when_full = *rc::gen::arbitrary<bool>();
  config.placement_timeout = 60s;
  const core::FunctionTable functions = some_functions();
  World world(config, functions);
  const int steps = *rc::gen::inRange(0, 120);
  for (int step = 0; step < steps; ++step) {
    world.random_step();
  }
  world.settle();
}

TEST(LbInAnyOrder, KeepsItsWord) {
  for (const std::string_view placer : core::placer_names()) {
    EXPECT_TRUE(rc::check(std::string(placer), [placer] { play(placer); }));
  }
}

}  // namespace
}  // namespace fn::tests
