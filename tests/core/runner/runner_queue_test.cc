// SPDX-License-Identifier: Apache-2.0
//
// Goal: a runner with blocking admission keeps calls that find no room, in one line, and serves the
// line whenever room appears for its first: after an end, a removal, or when whoever stood first no
// longer needs a container.

#include <gtest/gtest.h>

#include "tests/core/runner/runner_rig.h"

namespace fn::tests {
namespace {

core::RunnerConfig queueing(std::uint32_t waiting_max = 100) {
  core::RunnerConfig config = RunnerRig::of_memory(1000);
  config.queue_when_full = true;
  config.waiting_calls_max = waiting_max;
  return config;
}

TEST(RunnerQueue, KeepsTheOrderOfTheLineAcrossFunctions) {
  RunnerRig rig(queueing());
  const auto whole = rig.function(1000);
  const auto other = rig.function(1000);
  const auto small = rig.function(100);
  rig.offer(0, whole);
  rig.up(1);
  rig.told();
  rig.offer(1, other);
  rig.offer(2, small);
  EXPECT_EQ(rig.told(), "accept call 1; accept call 2");
  rig.ended(1);
  EXPECT_EQ(rig.told(),
            "finish call 0: completed; remove container 1: evicted; "
            "start container 2 of function 1, pull the image");
  rig.up(2);
  rig.ended(2);
  EXPECT_EQ(rig.told(),
            "run call 1 in container 2, its first; finish call 1: completed; "
            "remove container 2: evicted; start container 3 of function 2, pull the image");
}

TEST(RunnerQueue, LetsNobodyPastTheFirstInLine) {
  RunnerRig rig(queueing());
  const auto most = rig.function(900);
  const auto small = rig.function(100);
  const auto half = rig.function(500);
  rig.offer(0, most);
  rig.offer(1, half);
  rig.told();
  rig.offer(2, small);  // would fit
  EXPECT_EQ(rig.told(), "accept call 2");
}

TEST(RunnerQueue, ServesTheNextInLineWhenTheFirstIsTakenBack) {
  RunnerRig rig(queueing());
  const auto most = rig.function(900);
  const auto half = rig.function(500);
  const auto small = rig.function(100);
  rig.offer(0, most);
  rig.offer(1, half);
  rig.offer(2, small);
  rig.told();
  rig.cancel(1);
  EXPECT_EQ(rig.told(), "start container 2 of function 2, pull the image");
}

TEST(RunnerQueue, ServesTheNextInLineWhenTheFirstGotAContainerOfItsOwn) {
  RunnerRig rig(queueing());
  const auto most = rig.function(900);
  const auto small = rig.function(100);
  rig.offer(0, most);
  rig.up(1);
  rig.offer(1, most);
  rig.offer(2, small);
  rig.told();
  rig.ended(1);
  EXPECT_EQ(rig.told(),
            "finish call 0: completed; run call 1 in container 1; "
            "start container 2 of function 1, pull the image");
}

TEST(RunnerQueue, ServesTheLineWhenAContainerIsLostOrBroken) {
  RunnerRig rig(queueing());
  const auto whole = rig.function(1000);
  rig.offer(0, whole);
  rig.offer(1, whole);
  rig.told();
  rig.lost(1);
  EXPECT_EQ(rig.told(),
            "finish call 0: failed; remove container 1: broken; start container 2 of function 0");
  rig.up(2);
  rig.offer(2, whole);
  rig.told();
  rig.ended(2, core::CallOutcome::kFailed, 0);
  EXPECT_EQ(rig.told(),
            "finish call 1: failed; remove container 2: broken; start container 3 of function 0");
  rig.offer(3, whole);
  rig.up(3);
  rig.told();
  rig.cancel(2);
  EXPECT_EQ(rig.told(),
            "stop call 2 in container 3; remove container 3: broken; "
            "start container 4 of function 0");
}

TEST(RunnerQueue, RefusesWhenTheLineIsFullAndWhatCanNeverFit) {
  RunnerRig rig(queueing(1));
  const auto whole = rig.function(1000);
  rig.offer(0, whole);
  rig.up(1);
  rig.offer(1, whole);
  rig.told();
  rig.offer(2, whole);
  EXPECT_EQ(rig.told(), "refuse call 2: runner-full");
  rig.offer(3, rig.function(1001));
  EXPECT_EQ(rig.told(), "refuse call 3: too-large");
}

TEST(RunnerQueue, FinishesItsLineWhileItDrains) {
  RunnerRig rig(queueing());
  const auto whole = rig.function(1000);
  const auto other = rig.function(1000);
  rig.offer(0, whole);
  rig.up(1);
  rig.offer(1, other);
  rig.give(core::DrainStarted{});
  rig.told();
  rig.ended(1);
  rig.up(2);
  rig.ended(2);
  EXPECT_EQ(rig.told(),
            "finish call 0: completed; remove container 1: evicted; "
            "start container 2 of function 1, pull the image; "
            "run call 1 in container 2, its first; finish call 1: completed; report idle");
}

}  // namespace
}  // namespace fn::tests
