// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever happens to a runner, in any order, it stays within its memory, every call that it
// took ends exactly once, containers live the lives that they may, nothing is refused that had
// room, and it comes to rest. A runner that is saved and built anew at random steps answers the
// same.

#include <map>
#include <rapidcheck.h>
#include <set>

#include <gtest/gtest.h>

#include "core/runner/runner.h"
#include "tests/support/twin.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using core::CallHandle;
using core::CallOutcome;
using core::ContainerHandle;
using core::FunctionHandle;
using core::Instant;
using core::LbHandle;
using core::RefusalReason;
using core::RunnerActionKind;

struct ModelContainer {
  enum State { kStarting, kIdle, kFrozen, kBusy, kStopped };

  State state = kStarting;
  ContainerHandle handle;
  FunctionHandle function;
  std::uint32_t call = 0;
  bool ran = false;
  std::uint64_t idle_turn = 0;  // larger: became idle later
};

struct ModelCall {
  FunctionHandle function;
  bool accepted = false;
};

std::uint32_t below(std::uint32_t bound) {
  return *rc::gen::inRange<std::uint32_t>(0, bound);
}

class World {
 public:
  World(const core::RunnerConfig& config, const core::FunctionTable& functions)
      : config_(config),
        functions_(functions),
        twin_([&config, &functions] { return std::make_unique<core::Runner>(config, functions); }) {
  }

  void random_step() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        offer();
        break;
      case 3:
        cancel();
        break;
      case 4:
      case 5:
        up(any(ModelContainer::kStarting), below(8) != 0);
        break;
      case 6:
      case 7:
      case 8:
        end(any(ModelContainer::kBusy), below(6) != 0);
        break;
      case 9:
        if (below(4) == 0) {
          draining_ = !draining_;
          draining_ ? give(core::DrainStarted{}) : give(core::DrainStopped{});
        } else {
          lose_idle();
        }
        break;
      case 10:
        stale();
        break;
      default:
        pass(std::chrono::milliseconds(below(below(3) == 0 ? 2'000'000 : 200)));
    }
    if (below(6) == 0) {
      twin_.reload();
    }
    if (below(12) == 0) {
      twin_.load_damaged();
    }
  }

  // Everything that is under way comes to its end.
  void finish() {
    while (!calls_.empty()) {
      const std::uint32_t starting = any(ModelContainer::kStarting);
      const std::uint32_t busy = any(ModelContainer::kBusy);
      RC_ASSERT(starting != 0 || busy != 0);
      starting != 0 ? up(starting, true) : end(busy, true);
    }
    while (const std::uint32_t starting = any(ModelContainer::kStarting)) {
      up(starting, true);
    }
    pass(2h);
    RC_ASSERT(twin_.machine().next_deadline() == core::kNever);
    if (config_.keep_alive != "none") {
      RC_ASSERT(containers_.empty());
      RC_ASSERT(twin_.machine().resources().used_memory().value == 0);
    }
  }

 private:
  template <typename Event>
  void give(const Event& event) {
    core::RunnerOut out;
    twin_.step(now_, event, out);
    for (const core::RunnerAction& action : out.actions) {
      carry_out(action);
    }
    check();
  }

  void offer() {
    const std::uint32_t call = below(12);
    if (calls_.contains(call)) {
      return;
    }
    const FunctionHandle function{below(static_cast<std::uint32_t>(functions_.size()))};
    calls_[call] = ModelCall{function, false};
    give(core::CallOffered{CallHandle{call}, function, LbHandle{call % 2}, 7});
    const auto found = calls_.find(call);
    RC_ASSERT((found == calls_.end() || found->second.accepted));
  }

  void cancel() {
    if (calls_.empty()) {
      return;
    }
    auto chosen = calls_.begin();
    std::advance(chosen, below(static_cast<std::uint32_t>(calls_.size())));
    const std::uint32_t call = chosen->first;
    const FunctionHandle function = chosen->second.function;
    give(
        core::CallCancelled{CallHandle{call}, function, LbHandle{call % 2}, 6});  // another attempt
    calls_.erase(call);
    give(core::CallCancelled{CallHandle{call}, function, LbHandle{call % 2}, 7});
  }

  // A container in this state, zero: none.
  std::uint32_t any(ModelContainer::State state) {
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, container] : containers_) {
      if (container.state == state) {
        numbers.push_back(number);
      }
    }
    return numbers.empty() ? 0 : numbers[below(static_cast<std::uint32_t>(numbers.size()))];
  }

  void up(std::uint32_t number, bool well) {
    if (number == 0) {
      return;
    }
    ModelContainer& container = containers_[number];
    if (!well) {
      container.state = ModelContainer::kStopped;
      give(core::ContainerLost{container.handle, number});
      RC_ASSERT(containers_.count(number) == 0);
      return;
    }
    become_idle(container);  // until it is told to run
    give(core::ContainerStarted{container.handle, number});
  }

  void end(std::uint32_t number, bool reusable) {
    if (number == 0) {
      return;
    }
    ModelContainer& container = containers_[number];
    if (reusable) {
      become_idle(container);
    } else {
      container.state = ModelContainer::kStopped;
    }
    give(core::RunEnded{container.handle, number, CallOutcome::kCompleted, reusable ? 1U : 0U});
    RC_ASSERT(reusable || !containers_.contains(number));
  }

  void lose_idle() {
    if (const std::uint32_t number = any(ModelContainer::kIdle); number != 0) {
      containers_[number].state = ModelContainer::kStopped;
      give(core::ContainerLost{containers_[number].handle, number});
      RC_ASSERT(containers_.count(number) == 0);
    }
  }

  void stale() {
    const ContainerHandle handle{below(20)};
    const std::uint32_t number = 1'000'000;
    give(core::ContainerStarted{handle, number});
    give(core::ContainerLost{handle, number});
    give(core::RunEnded{handle, number, CallOutcome::kFailed, 0});
  }

  void pass(core::Duration duration) {
    const Instant until = now_ + duration;
    while (twin_.machine().next_deadline() <= until) {
      now_ = twin_.machine().next_deadline();
      give(core::RunnerDeadlineReached{});
      RC_ASSERT(twin_.machine().next_deadline() > now_);
    }
    now_ = until;
  }

  void become_idle(ModelContainer& container) {
    container.state = ModelContainer::kIdle;
    container.idle_turn = ++idle_turns_;
  }

  [[nodiscard]] std::int64_t memory_of(FunctionHandle function) const {
    return functions_[function].memory.value;
  }

  // Memory and CPU that containers hold which cannot be given up.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> firmly_held() const {
    std::pair<std::int64_t, std::int64_t> held;
    for (const auto& [number, container] : containers_) {
      if (container.state == ModelContainer::kStarting ||
          container.state == ModelContainer::kBusy) {
        held.first += functions_[container.function].memory.value;
        held.second += functions_[container.function].cpu.value;
      }
    }
    return held;
  }

  void check_refusal(const core::NackCall& nack) {
    const core::FunctionSpec& spec = functions_[calls_[nack.call.value].function];
    const auto [memory, cpu] = firmly_held();
    const bool room = memory + spec.memory.value <= config_.memory.value &&
                      (config_.cpu.value == 0 || cpu + spec.cpu.value <= config_.cpu.value);
    if (draining_) {
      RC_ASSERT(nack.reason == RefusalReason::kRunnerDraining);
    } else if (spec.memory > config_.memory || (config_.cpu.value > 0 && spec.cpu > config_.cpu)) {
      RC_ASSERT(nack.reason == RefusalReason::kTooLarge);
    } else {
      RC_ASSERT(nack.reason == RefusalReason::kRunnerFull);
      RC_ASSERT(config_.queue_when_full || !room);
    }
  }

  void carry_out(const core::RunnerAction& action) {
    switch (action.kind()) {
      case RunnerActionKind::kAcceptCall: {
        ModelCall& call = calls_.at(action.as<core::AcceptCall>().call.value);
        RC_ASSERT(!call.accepted && !draining_);
        call.accepted = true;
        break;
      }
      case RunnerActionKind::kNackCall: {
        const auto nack = action.as<core::NackCall>();
        RC_ASSERT(!calls_.at(nack.call.value).accepted);
        check_refusal(nack);
        calls_.erase(nack.call.value);
        break;
      }
      case RunnerActionKind::kFinishCall: {
        const std::uint32_t call = action.as<core::FinishCall>().call.value;
        RC_ASSERT(calls_.at(call).accepted);
        calls_.erase(call);
        break;
      }
      case RunnerActionKind::kStartContainer: {
        const auto start = action.as<core::StartContainer>();
        RC_ASSERT(start.number > last_number_);
        last_number_ = start.number;
        for (const auto& [number, container] : containers_) {
          RC_ASSERT(container.handle != start.container);
        }
        containers_[start.number] =
            ModelContainer{.handle = start.container, .function = start.function};
        break;
      }
      case RunnerActionKind::kRunCall:
        check_run(action.as<core::RunCall>());
        break;
      case RunnerActionKind::kStopRun: {
        const auto stop = action.as<core::StopRun>();
        ModelContainer& container = containers_.at(stop.number);
        RC_ASSERT(container.state == ModelContainer::kBusy && container.call == stop.call.value);
        container.state = ModelContainer::kStopped;
        break;
      }
      case RunnerActionKind::kRemoveContainer: {
        const auto gone = action.as<core::RemoveContainer>();
        const ModelContainer& container = containers_.at(gone.number);
        const bool idle =
            container.state == ModelContainer::kIdle || container.state == ModelContainer::kFrozen;
        RC_ASSERT(container.handle == gone.container);
        const bool broken = gone.reason == core::RemovalReason::kBroken;
        RC_ASSERT((broken ? container.state == ModelContainer::kStopped : idle));
        containers_.erase(gone.number);
        break;
      }
      case RunnerActionKind::kFreezeContainer: {
        ModelContainer& container = containers_.at(action.as<core::FreezeContainer>().number);
        RC_ASSERT(container.state == ModelContainer::kIdle);
        container.state = ModelContainer::kFrozen;
        break;
      }
      case RunnerActionKind::kReportIdle:
        RC_ASSERT(draining_ && calls_.empty());
        break;
    }
  }

  void check_run(const core::RunCall& run) {
    ModelContainer& container = containers_.at(run.number);
    RC_ASSERT(container.handle == run.container);
    RC_ASSERT(container.state == ModelContainer::kIdle ||
              container.state == ModelContainer::kFrozen);
    RC_ASSERT((container.state == ModelContainer::kFrozen) == (run.thaw != 0));
    RC_ASSERT(container.ran == (run.first_run == 0));
    RC_ASSERT(calls_.at(run.call.value).accepted);
    RC_ASSERT(calls_.at(run.call.value).function == container.function);
    for (const auto& [number, other] : containers_) {
      // Nobody runs the call already, and no container of the function is idle for less long.
      RC_ASSERT(other.state != ModelContainer::kBusy || other.call != run.call.value);
      RC_ASSERT(other.function != container.function || other.idle_turn <= container.idle_turn ||
                other.state == ModelContainer::kBusy);
    }
    container.state = ModelContainer::kBusy;
    container.call = run.call.value;
    container.ran = true;
  }

  void check() {
    const core::ResourceTracker& resources = twin_.machine().resources();
    std::int64_t used = 0;
    std::int64_t idle = 0;
    std::uint32_t count = 0;
    for (const auto& [number, container] : containers_) {
      RC_ASSERT(container.state != ModelContainer::kStopped);
      const bool is_idle =
          container.state == ModelContainer::kIdle || container.state == ModelContainer::kFrozen;
      used += memory_of(container.function);
      idle += is_idle ? memory_of(container.function) : 0;
      ++count;
    }
    RC_ASSERT(used <= config_.memory.value);
    RC_ASSERT(resources.used_memory().value == used);
    RC_ASSERT(resources.idle_memory().value == idle);
    RC_ASSERT(twin_.machine().containers() == count);
    RC_ASSERT(twin_.machine().calls_held() == calls_.size());
  }

  core::RunnerConfig config_;
  const core::FunctionTable& functions_;
  Twin<core::Runner, core::RunnerOut> twin_;
  std::map<std::uint32_t, ModelContainer> containers_;  // by creation number
  std::map<std::uint32_t, ModelCall> calls_;            // offered or held
  std::uint32_t last_number_ = 0;
  std::uint64_t idle_turns_ = 0;
  bool draining_ = false;
  Instant now_{};
};

core::FunctionTable some_functions() {
  core::FunctionTable functions;
  for (const std::int64_t memory : {100, 150, 400, 700, 1100}) {
    functions.add(core::FunctionSpec{.memory = core::MemoryMib{memory},
                                     .cpu = core::MilliCpu{memory % 300},
                                     .cold_overhead = memory * 1ms,
                                     .image = static_cast<std::uint32_t>(memory % 3)});
  }
  return functions;
}

void play(std::string_view keep_alive) {
  core::RunnerConfig config;
  config.memory = core::MemoryMib{1000};
  config.cpu = core::MilliCpu{*rc::gen::element(0, 500)};
  config.keep_alive = keep_alive;
  config.queue_when_full = *rc::gen::arbitrary<bool>();
  config.waiting_calls_max = 4;
  config.freeze_after = std::chrono::milliseconds(*rc::gen::element(0, 50));
  config.image_cache_max = 2;
  const core::FunctionTable functions = some_functions();
  World world(config, functions);
  const int steps = *rc::gen::inRange(0, 120);
  for (int step = 0; step < steps; ++step) {
    world.random_step();
  }
  world.finish();
}

TEST(RunnerInAnyOrder, KeepsItsWord) {
  for (const std::string_view keep_alive : core::keepalive_policy_names()) {
    EXPECT_TRUE(rc::check(std::string(keep_alive), [keep_alive] { play(keep_alive); }));
  }
}

}  // namespace
}  // namespace fn::tests
