// SPDX-License-Identifier: Apache-2.0
//
// Goal: bytes that are no saved runner are refused, or make one that goes on without a broken
// belief; no byte can be damaged so that the program stops later.

#include <gtest/gtest.h>

#include "tests/core/runner/runner_rig.h"
#include "tests/support/damage.h"

namespace fn::tests {
namespace {

using core::CallHandle;
using core::ContainerHandle;
using core::LbHandle;

core::RunnerConfig queueing(const std::string& keep_alive) {
  core::RunnerConfig config = RunnerRig::of_memory(1000, keep_alive);
  config.queue_when_full = true;
  config.freeze_after = 10ms;
  config.image_cache_max = 2;
  return config;
}

// Containers that start, run, are idle and frozen, one that is gone; calls that wait and stand in
// line.
void make_rich(RunnerRig& rig) {
  const auto small = rig.function(100, 10);
  const auto other = rig.function(150);
  const auto large = rig.function(600);
  const auto brief = rig.function_idle_for(1min);
  for (std::uint32_t call = 0; call < 3; ++call) {
    rig.offer(call, small);
    rig.up(call + 1);
  }
  rig.offer(3, other);
  rig.up(4);
  rig.leave_idle(20, brief, 5);
  rig.offer(20, brief);
  rig.ended(5);
  rig.ended(1);
  rig.pass(20ms);
  rig.ended(4, core::CallOutcome::kFailed, 0);
  rig.ended(2);
  rig.offer(4, other);
  rig.offer(5, large);
  rig.offer(6, large);
  rig.offer(7, other);
  // Frees two slots; what stands in line is too large for one and a half of them.
  for (std::uint32_t call = 8; call < 10; ++call) {
    rig.offer(call, small);
  }
  rig.ended(1, core::CallOutcome::kFailed, 0);
  rig.ended(2, core::CallOutcome::kFailed, 0);
}

// Whatever may come of containers, whether this runner knows them or not.
void tell_of_containers(core::Runner& runner, core::Instant now, bool lost, core::RunnerOut& out) {
  for (std::uint32_t number = 1; number < 12; ++number) {
    for (std::uint32_t handle = 0; handle < 8; ++handle) {
      runner.step(now, core::ContainerStarted{ContainerHandle{handle}, number}, out);
      runner.step(now, core::RunEnded{ContainerHandle{handle}, number}, out);
      if (lost) {
        runner.step(now, core::ContainerLost{ContainerHandle{handle}, number}, out);
      }
    }
  }
}

// Everything that may still come.
void go_on(core::Runner& runner, const core::FunctionTable& functions, core::Instant now) {
  core::RunnerOut out;
  std::uint32_t call = 100;
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t index = 0; index < functions.size(); ++index) {
      const core::FunctionHandle function{index};
      runner.step(now, core::CallOffered{CallHandle{call++}, function, LbHandle{0}, 1}, out);
    }
    tell_of_containers(runner, now, round == 1, out);
    for (std::uint32_t known = 0; known < 8; ++known) {
      for (std::uint32_t index = 0; index < functions.size(); ++index) {
        const core::FunctionHandle function{index};
        runner.step(now, core::CallCancelled{CallHandle{known}, function, LbHandle{0}, 1}, out);
      }
    }
    now += 5ms;
    runner.step(now, core::RunnerDeadlineReached{}, out);
  }
  runner.step(now + 1h, core::RunnerDeadlineReached{}, out);
  runner.step(now + 1h, core::DrainStarted{}, out);
}

class RunnerSaveLoad : public testing::TestWithParam<const char*> {};

TEST_P(RunnerSaveLoad, RefusesDamageOrGoesOn) {
  const core::RunnerConfig config = queueing(GetParam());
  RunnerRig rig(config);
  make_rich(rig);
  core::Writer saved;
  rig.runner().save(saved);
  refuses_damage_or_goes_on(saved.bytes(), [&](core::Reader& in) {
    core::Runner runner(config, rig.functions);
    const bool loaded = runner.load(in).has_value();
    if (loaded) {
      go_on(runner, rig.functions, rig.now);
    }
    return loaded;
  });
}

TEST_P(RunnerSaveLoad, RefusesWhatIsCut) {
  const core::RunnerConfig config = queueing(GetParam());
  RunnerRig rig(config);
  make_rich(rig);
  core::Writer saved;
  rig.runner().save(saved);
  refuses_what_is_cut(saved.bytes(), [&](core::Reader& in) {
    return core::Runner(config, rig.functions).load(in).has_value();
  });
}

TEST_P(RunnerSaveLoad, RefusesAStateOfALargerRunner) {
  RunnerRig rig(queueing(GetParam()));
  make_rich(rig);
  core::Writer saved;
  rig.runner().save(saved);
  core::RunnerConfig config = queueing(GetParam());
  config.memory = core::MemoryMib{500};
  core::Runner runner(config, rig.functions);
  core::Reader reader(saved.bytes());
  EXPECT_FALSE(runner.load(reader).has_value());
}

INSTANTIATE_TEST_SUITE_P(KeepAlive, RunnerSaveLoad, testing::Values("lru", "gdsf"));

}  // namespace
}  // namespace fn::tests
