// SPDX-License-Identifier: Apache-2.0
//
// Goal: a runner takes what fits and refuses the rest at once, hands out idle containers newest
// first, gives up idle ones only when that makes room, and keeps its word when it drains, when a
// caller hangs up, and when a container is lost.

#include <gtest/gtest.h>

#include "tests/core/runner/runner_rig.h"

namespace fn::tests {
namespace {

using core::CallOutcome;
using core::RefusalReason;

TEST(Runner, LeadsACallThroughAColdStartAndTheNextOneThroughAWarmRun) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  EXPECT_EQ(rig.told(), "start container 1 of function 0, pull the image; accept call 0");
  EXPECT_EQ(rig.used_mib(), 128);
  rig.up(1);
  EXPECT_EQ(rig.told(), "run call 0 in container 1, its first");
  rig.ended(1);
  EXPECT_EQ(rig.told(), "finish call 0: completed");
  EXPECT_EQ(rig.idle_mib(), 128);
  rig.offer(1, small);
  EXPECT_EQ(rig.told(), "accept call 1; run call 1 in container 1");
  EXPECT_EQ(rig.idle_mib(), 0);
  EXPECT_EQ(rig.runner().calls_held(), 1U);
}

TEST(Runner, HandsOutTheContainerThatFinishedLast) {
  RunnerRig rig;
  const auto small = rig.function(128);
  for (std::uint32_t call = 0; call < 3; ++call) {
    rig.offer(call, small);
    rig.up(call + 1);
  }
  rig.ended(2);
  rig.ended(3);
  rig.ended(1);
  rig.told();
  rig.offer(3, small);
  rig.offer(4, small);
  rig.offer(5, small);
  EXPECT_EQ(rig.told(),
            "accept call 3; run call 3 in container 1; accept call 4; run call 4 in container 3; "
            "accept call 5; run call 5 in container 2");
}

TEST(Runner, GivesAWaitingCallTheContainerThatIsFreeFirst) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.up(1);
  rig.offer(1, small);
  rig.told();
  rig.ended(1);  // before container 2 is up
  EXPECT_EQ(rig.told(), "finish call 0: completed; run call 1 in container 1");
  rig.up(2);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.idle_mib(), 128);
  rig.offer(2, small);
  EXPECT_EQ(rig.told(), "accept call 2; run call 2 in container 2, its first");
}

TEST(Runner, StartsNoMoreContainersThanCallsWait) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.up(1);
  rig.offer(1, small);
  rig.ended(1);  // takes call 1; container 2 still starts
  rig.told();
  rig.offer(2, small);
  EXPECT_EQ(rig.told(), "accept call 2") << "the container that starts will serve it";
  rig.up(2);
  EXPECT_EQ(rig.told(), "run call 2 in container 2, its first");
}

TEST(Runner, RefusesWhatFindsNoRoomAndSaysWhatIsMissing) {
  RunnerRig rig;
  const auto big = rig.function(600);
  rig.offer(0, big);
  rig.told();
  rig.offer(1, big);
  EXPECT_EQ(rig.told(), "refuse call 1: runner-full");
  ASSERT_EQ(rig.facts<core::OfferRefused>().size(), 1U);
  EXPECT_EQ(rig.facts<core::OfferRefused>()[0].missing_mib, 176U);
  rig.offer(2, rig.function(1025));
  EXPECT_EQ(rig.told(), "refuse call 2: too-large");
  rig.offer(3, rig.function(424));
  EXPECT_EQ(rig.told(), "start container 2 of function 2, pull the image; accept call 3");
  EXPECT_EQ(rig.used_mib(), 1024);
}

TEST(Runner, CountsCpuUnlessItIsZero) {
  core::RunnerConfig config = RunnerRig::of_memory(1024);
  config.cpu = core::MilliCpu{1000};
  RunnerRig rig(config);
  const auto half = rig.function(10, 500);
  rig.offer(0, half);
  rig.offer(1, half);
  rig.told();
  rig.offer(2, rig.function(10, 1));
  EXPECT_EQ(rig.told(), "refuse call 2: runner-full");
  EXPECT_EQ(rig.facts<core::OfferRefused>()[0].missing_milli, 1U);
  EXPECT_EQ(rig.facts<core::OfferRefused>()[0].missing_mib, 0U);
  rig.offer(3, rig.function(10, 1001));
  EXPECT_EQ(rig.told(), "refuse call 3: too-large");
  rig.offer(4, rig.function(10));
  EXPECT_EQ(rig.told(), "start container 3 of function 3, pull the image; accept call 4");

  RunnerRig uncounted;
  uncounted.offer(0, uncounted.function(10, 1'000'000));
  EXPECT_EQ(uncounted.told(), "start container 1 of function 0, pull the image; accept call 0");
}

TEST(Runner, GivesUpIdleContainersOnlyWhenThatMakesRoom) {
  RunnerRig rig;
  const auto small = rig.function(200);
  const auto busy = rig.function(600);
  const auto large = rig.function(500);
  rig.leave_idle(0, small, 1);
  rig.offer(1, small);
  rig.offer(2, small);
  rig.up(2);
  rig.ended(1);
  rig.ended(2);
  rig.offer(3, busy);
  rig.up(3);
  rig.told();
  // 400 MiB idle, 24 free: 500 do not fit even without the idle ones, so both stay.
  rig.offer(4, large);
  EXPECT_EQ(rig.told(), "refuse call 4: runner-full");
  EXPECT_EQ(rig.runner().containers(), 3U);
  rig.offer(5, rig.function(224));
  EXPECT_EQ(rig.told(),
            "remove container 1: evicted; start container 4 of function 3, pull the image; "
            "accept call 5");
  EXPECT_EQ(rig.facts<core::ContainerEvicted>().size(), 1U);
  EXPECT_EQ(rig.facts<core::ContainerEvicted>()[0].for_function.value, 3U);
}

TEST(Runner, EvictsByCreationNumberWhereStartsTie) {
  for (const std::string keep_alive : {"lru", "ttl", "none"}) {
    RunnerRig rig(RunnerRig::of_memory(300, keep_alive));
    const auto small = rig.function(100);
    for (std::uint32_t call = 0; call < 3; ++call) {
      rig.offer(call, small);
      rig.up(call + 1);
    }
    for (const std::uint32_t number : {3U, 1U, 2U}) {
      rig.ended(number);
    }
    rig.told();
    rig.offer(3, rig.function(200));
    EXPECT_EQ(rig.told(),
              "remove container 1: evicted; remove container 2: evicted; "
              "start container 4 of function 1, pull the image; accept call 3")
        << keep_alive;
  }
}

TEST(Runner, EvictsWhatCostsLeastUnderGdsf) {
  RunnerRig rig(RunnerRig::of_memory(300, "gdsf"));
  const auto dear = rig.function(100, 0, 10s);
  const auto cheap = rig.function(100, 0, 1s);
  rig.leave_idle(0, dear, 1);
  rig.now += 1s;
  rig.leave_idle(1, cheap, 2);
  rig.told();
  rig.offer(2, rig.function(200));
  EXPECT_EQ(rig.told().substr(0, 28), "remove container 2: evicted;");
}

TEST(Runner, CountsNoUseOfAContainerThatCameUpForNobody) {
  RunnerRig rig(RunnerRig::of_memory(300, "gdsf"));
  const auto often = rig.function(100, 0, 1000ms);
  const auto once = rig.function(100, 0, 2500ms);
  rig.offer(0, often);
  rig.up(1);
  rig.offer(1, often);
  rig.ended(1);  // runs call 1 as well
  rig.up(2);
  rig.leave_idle(2, once, 3);
  rig.told();
  // Two uses at 1 s are worth less than one at 2.5 s.
  rig.offer(3, rig.function(100));
  EXPECT_EQ(rig.told().substr(0, 28), "remove container 2: evicted;");
}

TEST(Runner, RemovesAnIdleContainerAfterItsTimeCountedFromTheEndOfItsLastRun) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.up(1);
  rig.now += 1h;
  rig.ended(1);
  rig.told();
  EXPECT_EQ(rig.runner().next_deadline(), rig.now + 10min);
  rig.pass(10min - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "remove container 1: expired");
  EXPECT_EQ(rig.used_mib(), 0);
  EXPECT_EQ(rig.runner().next_deadline(), core::kNever);

  RunnerRig keeper(RunnerRig::of_memory(1024, "none"));
  keeper.leave_idle(0, keeper.function(128), 1);
  EXPECT_EQ(keeper.runner().next_deadline(), core::kNever);
}

TEST(Runner, AFunctionsOwnShorterIdleTimeEndsItsContainers) {
  RunnerRig rig(RunnerRig::of_memory(4096));
  rig.leave_idle(0, rig.function(128), 1);
  rig.leave_idle(1, rig.function_idle_for(30s), 2);
  rig.leave_idle(2, rig.function_idle_for(5s), 3);
  rig.leave_idle(3, rig.function_idle_for(1h), 4);  // the runner's own time comes first
  rig.told();
  EXPECT_EQ(rig.runner().next_deadline(), rig.now + 5s);
  rig.pass(5s);
  EXPECT_EQ(rig.told(), "remove container 3: expired");
  rig.pass(25s);
  EXPECT_EQ(rig.told(), "remove container 2: expired");
  rig.pass(10min);
  EXPECT_EQ(rig.told(), "remove container 1: expired; remove container 4: expired");
  EXPECT_EQ(rig.runner().next_deadline(), core::kNever);
}

TEST(Runner, UseEndsAContainersIdlenessAndTheNextOneCountsAnew) {
  RunnerRig rig;
  const auto brief = rig.function_idle_for(10s);
  rig.leave_idle(0, brief, 1);
  rig.pass(9s);
  rig.offer(1, brief);
  rig.told();
  EXPECT_EQ(rig.runner().next_deadline(), core::kNever);
  rig.ended(1);  // without any time in between, and again
  rig.offer(2, brief);
  rig.ended(1);
  rig.told();
  EXPECT_EQ(rig.runner().next_deadline(), rig.now + 10s);
  rig.pass(10s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "remove container 1: expired");
}

TEST(Runner, WhatIsKeptUntilRoomIsNeededHasNoOwnTimeEither) {
  RunnerRig rig(RunnerRig::of_memory(1024, "none"));
  rig.leave_idle(0, rig.function_idle_for(10s), 1);
  EXPECT_EQ(rig.runner().next_deadline(), core::kNever);
}

TEST(Runner, FreezesIdleContainersAndThawsThemOnUse) {
  core::RunnerConfig config = RunnerRig::of_memory(1024);
  config.freeze_after = 50ms;
  RunnerRig rig(config);
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.offer(1, small);
  rig.up(1);
  rig.up(2);
  rig.ended(1);
  rig.now += 20ms;
  rig.ended(2);
  rig.told();
  rig.pass(30ms - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "freeze container 1");
  rig.offer(2, small);
  EXPECT_EQ(rig.told(), "accept call 2; run call 2 in container 2");
  rig.offer(3, small);
  EXPECT_EQ(rig.told(), "accept call 3; run call 3 in container 1, thaw it");
  rig.ended(1);
  rig.pass(50ms);
  rig.told();
  rig.pass(10min);
  EXPECT_EQ(rig.told(), "remove container 1: expired");
}

TEST(Runner, RefusesNewCallsWhileItDrainsAndSaysWhenItIsIdle) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.offer(1, small);
  rig.up(1);
  rig.told();
  rig.give(core::DrainStarted{});
  EXPECT_EQ(rig.told(), "");
  rig.offer(2, small);
  EXPECT_EQ(rig.told(), "refuse call 2: runner-draining");
  rig.up(2);
  rig.ended(1);
  EXPECT_EQ(rig.told(), "run call 1 in container 2, its first; finish call 0: completed");
  rig.ended(2);
  EXPECT_EQ(rig.told(), "finish call 1: completed; report idle");

  RunnerRig empty;
  empty.give(core::DrainStarted{.drain = 7});
  EXPECT_EQ(empty.told(), "report idle in drain 7") << "with the number it was given";
}

TEST(Runner, TakesNoCallOfAnotherGroup) {
  RunnerRig rig;
  const auto foreign = rig.functions.add(core::FunctionSpec{.group = core::GroupHandle{1}});
  rig.offer(0, foreign);
  EXPECT_EQ(rig.told(), "refuse call 0: other-group");
  EXPECT_EQ(rig.runner().containers(), 0U);
}

TEST(Runner, ReportsIdleWhenTheLastCallIsTakenBack) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.give(core::DrainStarted{});
  rig.told();
  rig.cancel(0);
  EXPECT_EQ(rig.told(), "report idle");
}

TEST(Runner, TakesCallsAgainOnceItIsRevived) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.leave_idle(0, small, 1);
  rig.give(core::DrainStarted{});
  rig.give(core::DrainStopped{});
  rig.told();
  rig.offer(1, small);
  EXPECT_EQ(rig.told(), "accept call 1; run call 1 in container 1");
  rig.ended(1);
  EXPECT_EQ(rig.told(), "finish call 1: completed");
}

TEST(Runner, ForgetsAWaitingCallThatIsTakenBackAndStopsARunningOne) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.told();
  rig.cancel(0);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.runner().calls_held(), 0U);
  rig.up(1);
  EXPECT_EQ(rig.idle_mib(), 128);
  rig.offer(1, small);
  rig.told();
  rig.cancel(1);
  EXPECT_EQ(rig.told(), "stop call 1 in container 1; remove container 1: broken");
  EXPECT_EQ(rig.used_mib(), 0);
  rig.ended(1);
  rig.cancel(1);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.facts<core::RunnerEventIgnored>().size(), 2U);
}

TEST(Runner, RemovesAContainerThatMayNotBeUsedAgain) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.up(1);
  rig.told();
  rig.ended(1, CallOutcome::kTimedOut, 0);
  EXPECT_EQ(rig.told(), "finish call 0: timed-out; remove container 1: broken");
  rig.offer(1, small);
  EXPECT_EQ(rig.told(), "start container 2 of function 0; accept call 1");
}

TEST(Runner, FailsTheCallWhoseContainerCannotStart) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.offer(1, small);
  rig.told();
  rig.lost(1);
  EXPECT_EQ(rig.told(), "finish call 0: failed; remove container 1: broken");
  rig.up(2);
  EXPECT_EQ(rig.told(), "run call 1 in container 2, its first");
  rig.lost(2);  // it runs: its end will be told
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.facts<core::RunnerEventIgnored>().size(), 1U);
}

TEST(Runner, FailsNobodyWhenALostContainerWasNeededByNobodyAnyMore) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.up(1);
  rig.offer(1, small);
  rig.ended(1);
  rig.told();
  rig.lost(2);
  EXPECT_EQ(rig.told(), "remove container 2: broken");
}

TEST(Runner, FailsNobodyWhenAnotherContainerThatStartsWillDo) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.offer(0, small);
  rig.up(1);
  rig.offer(1, small);
  rig.offer(2, small);
  rig.ended(1);
  rig.told();
  rig.lost(2);
  EXPECT_EQ(rig.told(), "remove container 2: broken");
  rig.up(3);
  EXPECT_EQ(rig.told(), "run call 2 in container 3, its first");
}

TEST(Runner, ForgetsAnIdleContainerThatDied) {
  RunnerRig rig;
  const auto small = rig.function(128);
  rig.leave_idle(0, small, 1);
  rig.told();
  rig.lost(1);
  EXPECT_EQ(rig.told(), "remove container 1: broken");
  EXPECT_EQ(rig.used_mib(), 0);
  EXPECT_EQ(rig.idle_mib(), 0);
  rig.up(1);
  rig.lost(1);
  rig.ended(1);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.facts<core::RunnerEventIgnored>().size(), 3U);
}

TEST(Runner, PullsAnImageAgainOnceOthersDroveItOut) {
  core::RunnerConfig config = RunnerRig::of_memory(10'000);
  config.image_cache_max = 2;
  RunnerRig rig(config);
  const auto first = rig.function(10);
  const auto second = rig.function(10);
  const auto third = rig.function(10);
  rig.offer(0, first);
  rig.offer(1, second);
  rig.told();
  rig.offer(2, first);
  EXPECT_EQ(rig.told(), "start container 3 of function 0; accept call 2");
  rig.offer(3, third);
  rig.offer(4, second);
  EXPECT_EQ(rig.told(),
            "start container 4 of function 2, pull the image; accept call 3; "
            "start container 5 of function 1, pull the image; accept call 4");
}

TEST(Runner, AHandleThatIsGivenAnewStandsForTheOtherFunctionAlone) {
  RunnerRig rig(RunnerRig::of_memory(1024, "gdsf"));
  const auto busy = rig.function(100);
  const auto recycled = rig.function(100);
  rig.offer(0, busy);
  for (std::uint32_t call = 1; call < 9; ++call) {
    rig.offer(call, recycled);
  }
  for (std::uint32_t call = 1; call < 9; ++call) {
    rig.cancel(call);
  }
  for (std::uint32_t number = 2; number < 10; ++number) {
    rig.lost(number);
  }
  rig.runner().forget(recycled);
  rig.runner().forget_image(1);
  rig.functions.replace(recycled, core::FunctionSpec{.memory = core::MemoryMib{500}, .image = 1});
  rig.told();
  rig.offer(9, recycled);
  EXPECT_EQ(rig.told(), "start container 10 of function 1, pull the image; accept call 9");
  EXPECT_EQ(rig.used_mib(), 600);
  rig.up(10);
  rig.up(1);
  EXPECT_EQ(rig.told(),
            "run call 9 in container 10, its first; run call 0 in container 1, its first");
}

TEST(Runner, AFunctionThatHasACallOrAContainerIsNotForgotten) {
  RunnerRig rig(RunnerRig::of_memory(100));
  const auto small = rig.function(100);
  rig.offer(0, small);
  EXPECT_DEATH(rig.runner().forget(small), "has_waiting");
  rig.up(1);
  EXPECT_DEATH(rig.runner().forget(small), "kGone");
  rig.ended(1);
  EXPECT_DEATH(rig.runner().forget(small), "kGone");
  rig.lost(1);
  rig.runner().forget(small);
}

}  // namespace
}  // namespace fn::tests
