// SPDX-License-Identifier: Apache-2.0
//
// Goal: a runner that holds calls and falls silent is asked, then rested with growing pauses; one
// whose stream breaks is rested at once. Never more than half of a pool rests, a slow start rests
// nobody, and a rested runner is reported until it serves again.

#include <gtest/gtest.h>

#include "tests/core/lb/lb_rig.h"

namespace fn::tests {
namespace {

using core::RefusalReason;
using core::RunnerHandle;

core::LbConfig watching() {
  core::LbConfig config = LbRig::quiet();
  config.health.enabled = true;
  return config;
}

// Two runners; every call of `some` goes to them in turn, beginning with runner 0.
class TwoRunners : public LbRig {
 public:
  TwoRunners() : LbRig(watching()) { members({4096, 4096}); }

  core::FunctionHandle some = function(100);
};

TEST(LbHealth, AsksASilentRunnerEachSecondAndRestsItTwoSecondsLater) {
  TwoRunners rig;
  rig.arrive(0, rig.some);
  rig.told();
  rig.pass(1s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "check runner 0");
  rig.pass(1s);
  EXPECT_EQ(rig.told(), "check runner 0");
  rig.pass(1s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(),
            "report runner 0 rested; cancel call 0 on runner 0; try call 0 on runner 1");
  const auto rested = rig.every<core::RunnerRested>();
  ASSERT_EQ(rested.size(), 1U);
  EXPECT_EQ(rested[0].silent, 1U);
  EXPECT_EQ(rested[0].pause, core::Duration(1s));
  EXPECT_EQ(rig.lb().pool().candidates[0].usable, 0U);
}

TEST(LbHealth, LeavesARunnerAloneThatTookItsCallsInTimeAndAnswersWhileTheyStart) {
  TwoRunners rig;
  rig.run(0, rig.some);
  rig.told();
  for (int second = 0; second < 300; ++second) {
    rig.pass(1s);
    EXPECT_EQ(rig.told(), "check runner 0");
    rig.give(core::RunnerAnswered{RunnerHandle{0}});
  }
  EXPECT_EQ(rig.every<core::RunnerRested>().size(), 0U);
  rig.finish(0);
  rig.told();
  rig.pass(1h);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.lb().next_deadline(), core::Instant(24h));  // the advertisement alone
}

TEST(LbHealth, TakesAnyAnswerForASignOfLife) {
  TwoRunners rig;
  rig.arrive(0, rig.some);
  rig.pass(900ms);
  rig.accept(0);
  rig.pass(900ms);
  rig.members({4096});
  rig.arrive(1, rig.some);
  rig.told();
  rig.pass(90ms);
  rig.refuse(1);
  rig.pass(900ms);
  EXPECT_EQ(rig.told().find("check"), std::string::npos);
}

TEST(LbHealth, RestsForGrowingPausesUntilTheRunnerServesAgain) {
  TwoRunners rig;
  core::Duration pause = 1s;
  for (int round = 0; round < 9; ++round) {
    rig.give(core::RunnerBroke{RunnerHandle{0}});
    EXPECT_EQ(rig.told(), "report runner 0 rested");
    EXPECT_EQ(rig.last<core::RunnerRested>().pause, pause) << round;
    EXPECT_EQ(rig.last<core::RunnerRested>().silent, 0U);
    rig.pass(pause - 1ns);
    EXPECT_EQ(rig.lb().pool().candidates[0].usable, 0U);
    rig.pass(1ns);
    EXPECT_EQ(rig.lb().pool().candidates[0].usable, 1U);
    EXPECT_EQ(rig.told(), "") << "reported in use before it served";
    pause = std::min<core::Duration>(2 * pause, 60s);
  }
  EXPECT_EQ(rig.every<core::RunnerUsedAgain>().size(), 9U);
  rig.arrive(0, rig.some);
  rig.accept(0);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; report runner 0 in use");
  rig.give(core::RunnerBroke{RunnerHandle{0}});
  EXPECT_EQ(rig.last<core::RunnerRested>().pause, core::Duration(1s));
}

TEST(LbHealth, DoesNotReportARunnerInUseForARefusal) {
  TwoRunners rig;
  rig.give(core::RunnerBroke{RunnerHandle{0}});
  rig.pass(1s);
  rig.told();
  rig.arrive(0, rig.some);
  rig.refuse(0);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; try call 0 on runner 1");
}

TEST(LbHealth, FailsTheRunningCallsOfABrokenRunnerAndSendsTheOfferedOnesOn) {
  TwoRunners rig;
  rig.run(0, rig.some);
  rig.run(1, rig.some);
  rig.arrive(2, rig.some);
  rig.told();
  rig.give(core::RunnerBroke{RunnerHandle{0}});
  EXPECT_EQ(rig.told(),
            "report runner 0 rested; answer call 0: failed, runner-broken; "
            "cancel call 2 on runner 0; try call 2 on runner 1");
  rig.accept(2);
  rig.finish(1);
  rig.finish(2);
  EXPECT_EQ(rig.lb().pool().load_mib, 0U);
}

TEST(LbHealth, RestsARunnerThatCannotBeReached) {
  TwoRunners rig;
  rig.arrive(0, rig.some);
  rig.refuse(0, RefusalReason::kRunnerBroken);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; report runner 0 rested; try call 0 on runner 1");
  rig.accept(0);
  rig.arrive(1, rig.some);
  EXPECT_EQ(rig.told(), "try call 1 on runner 1");
}

TEST(LbHealth, NeverRestsMoreThanHalfOfThePool) {
  LbRig rig(watching());
  rig.members({4096, 4096, 4096, 4096, 4096});
  for (std::uint32_t runner = 0; runner < 5; ++runner) {
    rig.give(core::RunnerBroke{RunnerHandle{runner}});
  }
  EXPECT_EQ(rig.told(), "report runner 0 rested; report runner 1 rested");
  LbRig alone(watching());
  alone.members({4096});
  alone.give(core::RunnerBroke{RunnerHandle{0}});
  EXPECT_EQ(alone.told(), "");
}

TEST(LbHealth, EndsTheRestsThatAreTooManyOnceMembersHaveLeft) {
  LbRig rig(watching());
  const auto some = rig.function(100);
  rig.members({4096, 4096, 4096, 4096});
  rig.give(core::RunnerBroke{RunnerHandle{0}});
  rig.give(core::RunnerBroke{RunnerHandle{1}});
  rig.members({4096, 4096});
  EXPECT_EQ(rig.every<core::RunnerUsedAgain>().size(), 1U);
  rig.told();
  rig.arrive(0, some);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0");
  EXPECT_EQ(rig.lb().pool().candidates[1].usable, 0U);
}

TEST(LbHealth, LeavesOffersWithASilentRunnerWhereNoOtherIsInUseUntilTheirTimeIsOver) {
  LbRig rig(watching());
  const auto some = rig.function(100);
  rig.members({4096});
  rig.arrive(0, some);
  rig.pass(100s);
  EXPECT_EQ(rig.every<core::CancelCall>().size(), 0U) << "nobody else could take it";
  EXPECT_EQ(rig.every<core::RunnerRested>().size(), 0U);
  rig.pass(261s);
  EXPECT_EQ(rig.every<core::CancelCall>().size(), 1U);
  EXPECT_EQ(rig.answer().outcome, core::CallOutcome::kTimedOut);
}

TEST(LbHealth, TakesOffersBackFromASilentRunnerThatMayNotRestWhereOthersAreInUse) {
  LbRig rig(watching());
  const auto some = rig.function(100);
  rig.members({4096, 4096, 4096});
  rig.give(core::RunnerBroke{RunnerHandle{0}});
  rig.arrive(0, some);
  ASSERT_EQ(rig.told(), "report runner 0 rested; try call 0 on runner 1");
  rig.pass(2500ms);
  rig.give(core::RunnerBroke{RunnerHandle{0}});  // again, and no second of three may rest
  rig.pass(500ms);
  EXPECT_EQ(rig.last<core::RunnerRested>().runner, RunnerHandle{0});
  EXPECT_EQ(rig.every<core::CancelCall>().size(), 1U);
  EXPECT_EQ(rig.every<core::TryCall>().back().runner, RunnerHandle{2});
}

TEST(LbHealth, OffersAWaitingCallToARunnerThatIsUsedAgain) {
  LbRig rig(watching());
  const auto all = rig.function(4000);
  rig.members({4096, 4096});
  rig.run(0, all);
  rig.run(1, all);
  rig.give(core::RunnerBroke{RunnerHandle{0}});
  rig.arrive(2, all);
  rig.told();
  rig.pass(1s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "try call 2 on runner 0; check runner 1");
}

TEST(LbHealth, JudgesNobodyWhenItIsOff) {
  core::LbConfig config = watching();
  config.health.enabled = false;
  LbRig rig(config);
  const auto some = rig.function(100);
  rig.members({4096, 4096});
  rig.arrive(0, some);
  rig.told();
  rig.pass(1h);
  EXPECT_EQ(rig.told(), "");
  rig.give(core::RunnerBroke{RunnerHandle{0}});
  EXPECT_EQ(rig.told(), "cancel call 0 on runner 0; try call 0 on runner 1");
}

TEST(LbHealth, IgnoresWordsFromRunnersThatItDoesNotKnow) {
  TwoRunners rig;
  rig.give(core::RunnerAnswered{RunnerHandle{9}});
  rig.give(core::RunnerBroke{RunnerHandle{9}});
  EXPECT_EQ(rig.every<core::LbEventIgnored>().size(), 2U);
  EXPECT_EQ(rig.told(), "");
}

}  // namespace
}  // namespace fn::tests
