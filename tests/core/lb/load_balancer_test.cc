// SPDX-License-Identifier: Apache-2.0
//
// Goal: a call finds its way. A refusal sends it to the next runner, every call ends exactly once
// and for a stated reason, answers that are out of date change nothing, and what the group needs is
// advertised.

#include <gtest/gtest.h>

#include "tests/core/lb/lb_rig.h"

namespace fn::tests {
namespace {

using core::CallOutcome;
using core::IgnoredLbEvent;
using core::RefusalReason;

TEST(LoadBalancer, LeadsACallFromItsArrivalToItsAnswer) {
  LbRig rig;
  const auto small = rig.function(128);
  rig.members({1024});
  rig.arrive(0, small);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0");
  rig.now += 3ms;
  rig.accept(0);
  EXPECT_EQ(rig.told(), "");
  rig.finish(0);
  EXPECT_EQ(rig.told(), "answer call 0: completed");
  const auto placed = rig.every<core::CallPlaced>();
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed[0].waited, core::Duration(3ms));
  EXPECT_EQ(placed[0].attempts, 1U);
  EXPECT_EQ(rig.answer().attempts, 1U);
}

TEST(LoadBalancer, SendsARefusedCallToTheNextRunnerAndThenLetsItWait) {
  LbRig rig;
  const auto small = rig.function(128);
  rig.members({1024, 1024, 1024});
  rig.arrive(0, small);
  rig.refuse(0);
  rig.refuse(0);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; try call 0 on runner 1; try call 0 on runner 2");
  rig.refuse(0, RefusalReason::kRunnerDraining);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.lb().waiting(), 1U);
  const auto retried = rig.every<core::CallRetried>();
  ASSERT_EQ(retried.size(), 3U);
  EXPECT_EQ(retried[2].attempt, 3U);
  EXPECT_EQ(retried[2].reason, RefusalReason::kRunnerDraining);
  EXPECT_EQ(rig.every<core::CallQueued>().size(), 1U);
}

TEST(LoadBalancer, PassesOverARunnerThatItsOwnCallsFill) {
  LbRig rig;
  const auto big = rig.function(1000);
  rig.members({1024, 1024});
  rig.run(0, big);
  rig.run(1, big);
  rig.told();
  rig.arrive(2, big);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.last<core::CallQueued>().reason, RefusalReason::kNoRoom);
}

TEST(LoadBalancer, AsksAFullRunnerThatQueuesByItself) {
  core::LbConfig config = LbRig::quiet();
  config.runners_refuse_when_full = false;
  LbRig rig(config);
  const auto big = rig.function(1000);
  rig.members({1024});
  rig.run(0, big);
  rig.told();
  rig.arrive(1, big);
  EXPECT_EQ(rig.told(), "try call 1 on runner 0");
}

TEST(LoadBalancer, SaysWhyACallWaitsWhenTheGroupHasNoRunner) {
  LbRig rig;
  const auto small = rig.function(128);
  rig.arrive(0, small);
  rig.arrive(1, small);
  const auto queued = rig.every<core::CallQueued>();
  ASSERT_EQ(queued.size(), 2U);
  EXPECT_EQ(queued[0].reason, RefusalReason::kNoRunner);
  EXPECT_EQ(queued[1].reason, RefusalReason::kNoRunner);
}

TEST(LoadBalancer, RefusesACallAtOnceThatNoRunnerOfTheGroupCanHold) {
  core::LbConfig config = LbRig::quiet();
  config.largest_runner = core::MemoryMib{1024};
  LbRig rig(config);
  const auto fits = rig.function(1024);
  const auto large = rig.function(1025);
  rig.arrive(0, large);
  EXPECT_EQ(rig.told(), "answer call 0: refused, too-large");
  EXPECT_EQ(rig.lb().waiting(), 0U);
  rig.arrive(0, fits);
  EXPECT_EQ(rig.lb().waiting(), 1U);
}

TEST(LoadBalancer, RefusesACallAtOnceThatWantsMoreCpuThanAnyRunnerHas) {
  core::LbConfig config = LbRig::quiet();
  config.largest_runner_cpu = core::MilliCpu{1000};
  LbRig rig(config);
  rig.members({4096});
  rig.arrive(0, rig.function(100, 1001));
  EXPECT_EQ(rig.told(), "answer call 0: refused, too-large");
  rig.arrive(1, rig.function(100, 1000));
  EXPECT_EQ(rig.told(), "try call 1 on runner 0");
}

TEST(LoadBalancer, TakesTheOnlyRunnersWordThatACallIsTooLarge) {
  LbRig rig;
  const auto small = rig.function(128);
  rig.members({0});
  rig.arrive(0, small);
  rig.refuse(0, RefusalReason::kTooLarge);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; answer call 0: refused, too-large");
}

TEST(LoadBalancer, ACallThatEveryRunnerCalledTooLargeIsRefusedAndSoIsTheNextForAWhile) {
  LbRig rig;
  const auto large = rig.function(2048);
  const auto larger = rig.function(4096);
  const auto small = rig.function(128);
  rig.members({0, 0});
  rig.arrive(0, large);
  rig.refuse(0, RefusalReason::kTooLarge);
  rig.refuse(0, RefusalReason::kTooLarge);
  rig.told();
  EXPECT_EQ(rig.lb().waiting(), 0U);
  rig.arrive(1, larger);
  EXPECT_EQ(rig.told(), "answer call 1: refused, too-large");
  rig.run(2, small);
  rig.told();
  rig.pass(10s);
  rig.arrive(3, large);  // a runner may have come back larger
  EXPECT_TRUE(rig.told().starts_with("try call 3 on runner"));
}

TEST(LoadBalancer, ALargeCallThatOneRunnerCouldHoldKeepsNoSmallerOnesWaiting) {
  LbRig rig;
  const auto large = rig.function(2048);
  const auto small = rig.function(128);
  rig.members({0, 0});
  rig.arrive(0, large);
  rig.refuse(0, RefusalReason::kTooLarge);
  rig.refuse(0, RefusalReason::kRunnerFull);
  rig.arrive(1, small);
  EXPECT_EQ(rig.lb().waiting(), 2U);
  rig.told();
  rig.pass(1s);  // the large one tries the runners again
  rig.refuse(0, RefusalReason::kTooLarge);
  EXPECT_NE(rig.told().find("try call 1 on runner"), std::string::npos);
}

TEST(LoadBalancer, CancelsTheCallOfACallerThatHungUpWhereverItIs) {
  LbRig rig;
  const auto big = rig.function(1000);
  rig.members({1024});
  rig.arrive(0, big);
  rig.gone(0);  // while it is offered
  EXPECT_EQ(
      rig.told(),
      "try call 0 on runner 0; cancel call 0 on runner 0; answer call 0: failed, caller-gone");
  rig.run(0, big);
  rig.arrive(1, big);
  rig.told();
  rig.gone(1);  // while it waits
  EXPECT_EQ(rig.told(), "answer call 1: failed, caller-gone");
  EXPECT_EQ(rig.lb().waiting(), 0U);
  rig.arrive(2, big);
  rig.gone(0);  // while it runs: the next gets its room
  EXPECT_EQ(
      rig.told(),
      "cancel call 0 on runner 0; answer call 0: failed, caller-gone; try call 2 on runner 0");
  rig.gone(0);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.last<core::LbEventIgnored>().what, IgnoredLbEvent::kUnknownCall);
}

TEST(LoadBalancer, IgnoresAnswersToAttemptsThatAreOver) {
  LbRig rig;
  const auto small = rig.function(128);
  rig.members({1024, 1024});
  rig.arrive(0, small);
  const std::uint32_t first = rig.attempt(0);
  rig.refuse(0);
  rig.told();
  const core::CallHandle call{0};
  rig.give(core::CallAccepted{call, first});
  rig.give(core::CallNacked{call, first, RefusalReason::kRunnerFull});
  rig.give(core::CallFinished{call, first, CallOutcome::kCompleted});
  rig.give(core::CallAccepted{core::CallHandle{77}, 1});
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.every<core::LbEventIgnored>().size(), 4U);
  rig.accept(0);
  rig.accept(0);
  rig.refuse(0);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.every<core::LbEventIgnored>().size(), 6U);
  EXPECT_EQ(rig.every<core::CallPlaced>().size(), 1U);
  rig.finish(0);
  EXPECT_EQ(rig.told(), "answer call 0: completed");
}

TEST(LoadBalancer, BelievesAnEndThatOvertookItsAcceptance) {
  LbRig rig;
  const auto small = rig.function(128);
  rig.members({1024});
  rig.arrive(0, small);
  rig.finish(0);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; answer call 0: completed");
  EXPECT_EQ(rig.every<core::CallPlaced>().size(), 1U);
  rig.accept(0);
  EXPECT_EQ(rig.every<core::LbEventIgnored>().size(), 1U);
  EXPECT_EQ(rig.lb().pool().load_mib, 0U);
}

TEST(LoadBalancer, IgnoresAMembershipOlderThanTheOneItKnows) {
  LbRig rig;
  const auto small = rig.function(128);
  const std::vector<core::Member> none;
  rig.members({1024});
  rig.members({1024, 1024});
  rig.give(core::MembershipReceived{1, none});
  EXPECT_EQ(rig.last<core::LbEventIgnored>().what, IgnoredLbEvent::kOldMembership);
  EXPECT_EQ(rig.lb().pool().candidates.size(), 2U);
  rig.arrive(0, small);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0");
}

TEST(LoadBalancer, OffersWaitingCallsWhenTheMembershipChanges) {
  LbRig rig;
  const auto big = rig.function(1000);
  for (std::uint32_t call = 0; call < 3; ++call) {
    rig.arrive(call, big);
  }
  rig.members({1024, 1024});
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; try call 1 on runner 1");
  rig.members({1024, 1024, 2048});
  EXPECT_EQ(rig.told(), "try call 2 on runner 2");
  EXPECT_EQ(rig.lb().waiting(), 0U);
}

TEST(LoadBalancer, LeavesARunnerItsCallsWhenItLeavesTheMembershipAndSendsNoNewOnes) {
  LbRig rig;
  const auto small = rig.function(128);
  rig.members({1024});
  rig.run(0, small);
  rig.arrive(1, small);
  rig.membership({core::Member{core::RunnerHandle{7}, 1024, 0}});
  rig.told();
  rig.accept(1);
  rig.arrive(2, small);
  EXPECT_EQ(rig.told(), "try call 2 on runner 7");
  rig.finish(0);
  rig.finish(1);
  EXPECT_EQ(rig.told(), "answer call 0: completed; answer call 1: completed");
  // Now it is forgotten: a word from it means nothing.
  rig.give(core::RunnerBroke{core::RunnerHandle{0}});
  EXPECT_EQ(rig.last<core::LbEventIgnored>().what, IgnoredLbEvent::kUnknownRunner);
}

TEST(LoadBalancer, AdvertisesWhatWaitsAndRunsAndAZeroOnceAtTheEnd) {
  core::LbConfig config = LbRig::quiet();
  config.advertise_every = 1s;
  LbRig rig(config);
  const auto big = rig.function(1000, 500);
  const auto huge = rig.function(3000);
  rig.members({1024});
  rig.run(0, big);
  rig.arrive(1, huge);
  rig.arrive(2, big);
  rig.told();
  rig.pass(1s);
  EXPECT_EQ(rig.told(), "advertise 5000 MiB, 2 waiting calls");
  const core::Requirement wants = rig.last<core::AdvertiseCapacity>().requirement;
  EXPECT_EQ(wants.cpu_milli, 1000U);
  EXPECT_EQ(wants.oldest_wait_ms, 1000U);
  EXPECT_EQ(wants.largest_waiting_mib, 3000U);
  rig.gone(1);
  rig.gone(2);
  rig.finish(0);
  rig.told();
  rig.pass(1s);
  EXPECT_EQ(rig.told(), "advertise 0 MiB, 0 waiting calls");
  rig.pass(1h);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.lb().next_deadline(), core::kNever);
}

TEST(LoadBalancer, AHandleThatIsGivenAnewStandsForTheOtherFunctionAlone) {
  LbRig rig(LbRig::quiet("ch"));
  LbRig fresh(LbRig::quiet("ch"));
  const std::vector<std::uint32_t> sizes(64, 1000);
  rig.members(sizes);
  fresh.members(sizes);
  const auto other = rig.function(128);
  const auto recycled = rig.function(900);
  rig.run(0, recycled);
  rig.arrive(1, other);
  rig.finish(0);
  rig.lb().forget(recycled);
  for (std::uint64_t key = 10; key < 20; ++key) {
    const core::FunctionSpec spec{.key = key, .memory = core::MemoryMib{300}};
    rig.lb().forget(recycled);
    rig.functions.replace(recycled, spec);
    rig.told();
    rig.run(2, recycled);
    fresh.told();
    fresh.run(2, fresh.functions.add(spec));
    EXPECT_EQ(rig.told(), fresh.told());
    rig.finish(2);
    fresh.finish(2);
  }
  rig.told();
  rig.finish(1);
  EXPECT_EQ(rig.told(), "answer call 1: completed");
  EXPECT_EQ(rig.lb().pool().load_mib, 0U);
}

}  // namespace
}  // namespace fn::tests
