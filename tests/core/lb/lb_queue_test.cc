// SPDX-License-Identifier: Apache-2.0
//
// Goal: calls that no runner takes wait in order, within their bounds and until their time-out.
// Room is offered in order until one is refused, a few smaller calls may go past a refused head,
// and the head alone looks for room that other LBs have left.

#include <gtest/gtest.h>

#include "tests/core/lb/lb_rig.h"

namespace fn::tests {
namespace {

using core::CallOutcome;
using core::RefusalReason;

// One runner of unknown size, so that only its answers tell what fits; call 0 runs there.
class OneRunner : public LbRig {
 public:
  explicit OneRunner(const core::LbConfig& config = quiet()) : LbRig(config) {
    members({0});
    run(0, large);
  }

  // Arrives and is refused by the runner.
  void wait(std::uint32_t call, core::FunctionHandle function) {
    arrive(call, function);
    if (lb().waiting() == 0) {
      refuse(call);
    }
  }

  core::FunctionHandle large = function(1000);
  core::FunctionHandle small = function(100);
};

TEST(LbQueue, OffersRoomInOrderAsLongAsItIsTaken) {
  LbRig rig;
  const auto all = rig.function(1000);
  const auto half = rig.function(500);
  rig.members({1024});
  rig.run(0, all);
  for (std::uint32_t call = 1; call < 5; ++call) {
    rig.arrive(call, half);
  }
  rig.told();
  rig.finish(0);
  EXPECT_EQ(rig.told(), "answer call 0: completed; try call 1 on runner 0");
  rig.accept(1);
  EXPECT_EQ(rig.told(), "try call 2 on runner 0");
  rig.accept(2);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.lb().waiting(), 2U);
}

TEST(LbQueue, StopsAtTheFirstRefusalAndKeepsTheOrder) {
  OneRunner rig;
  for (std::uint32_t call = 1; call < 4; ++call) {
    rig.wait(call, rig.large);
  }
  rig.told();
  rig.finish(0);
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "answer call 0: completed; try call 1 on runner 0");
  EXPECT_EQ(rig.lb().waiting(), 3U);
  rig.members({0, 0});
  EXPECT_EQ(rig.told(), "try call 1 on runner 0; try call 2 on runner 1");
}

TEST(LbQueue, OffersAgainWhenRoomAppearedWhileTheAnswerWasOnItsWay) {
  OneRunner rig;
  rig.run(9, rig.large);
  rig.wait(1, rig.large);
  rig.told();
  rig.finish(0);
  rig.finish(9);
  EXPECT_EQ(rig.told(),
            "answer call 0: completed; try call 1 on runner 0; answer call 9: completed");
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "try call 1 on runner 0");
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "");
}

TEST(LbQueue, LetsSixteenSmallerCallsPastARefusedHeadAndCountsThem) {
  OneRunner rig;
  rig.wait(1, rig.large);
  for (std::uint32_t call = 2; call < 50; ++call) {
    rig.wait(call, call % 2 == 0 ? rig.small : rig.large);
  }
  rig.told();
  rig.finish(0);
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "answer call 0: completed; try call 1 on runner 0; try call 2 on runner 0");
  // As long as small ones are taken, the head is not asked for again in between.
  for (std::uint32_t call = 2; call < 32; call += 2) {
    EXPECT_EQ(rig.every<core::CallOvertook>().size(), call / 2 - 1);
    rig.accept(call);
    EXPECT_EQ(rig.told(), "try call " + std::to_string(call + 2) + " on runner 0");
  }
  rig.accept(32);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.every<core::CallOvertook>().size(), 16U);
  EXPECT_EQ(rig.last<core::CallOvertook>().head.value, 1U);
  EXPECT_EQ(rig.last<core::CallOvertook>().call.value, 32U);
}

TEST(LbQueue, ACallThatWantsLessCpuAndNoMoreMemoryIsSmallerToo) {
  LbRig rig;
  rig.members({0});
  const auto full = rig.function(100, 1000);
  const auto half = rig.function(100, 500);
  const auto other = rig.function(50, 1500);
  rig.run(0, full);
  rig.arrive(1, full);
  rig.refuse(1);
  rig.arrive(2, other);
  rig.arrive(3, half);
  rig.finish(0);
  rig.told();
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "try call 3 on runner 0");
}

TEST(LbQueue, CountsNoOvertakingThatARunnerRefused) {
  OneRunner rig;
  rig.wait(1, rig.large);
  rig.wait(2, rig.small);
  rig.wait(3, rig.small);
  rig.finish(0);
  rig.refuse(1);
  rig.told();
  rig.refuse(2);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.every<core::CallOvertook>().size(), 0U);
}

TEST(LbQueue, EndsOvertakingAtItsLimit) {
  core::LbConfig config = LbRig::quiet();
  config.overtakes_max = 3;
  OneRunner rig(config);
  rig.wait(1, rig.large);
  for (std::uint32_t call = 2; call < 10; ++call) {
    rig.wait(call, rig.small);
  }
  rig.finish(0);
  rig.refuse(1);
  rig.accept(2);
  rig.accept(3);
  rig.told();
  rig.accept(4);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.every<core::CallOvertook>().size(), 3U);
  rig.finish(2);
  EXPECT_EQ(rig.told(), "answer call 2: completed; try call 1 on runner 0");
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "");
  rig.finish(3);
  rig.accept(1);
  EXPECT_EQ(rig.told(), "answer call 3: completed; try call 1 on runner 0; try call 5 on runner 0");
}

TEST(LbQueue, GivesBackTheTurnOfASmallerCallThatWasRefused) {
  core::LbConfig config = LbRig::quiet();
  config.overtakes_max = 1;
  OneRunner rig(config);
  rig.run(9, rig.large);
  rig.wait(1, rig.large);
  rig.wait(2, rig.small);
  rig.finish(0);
  rig.refuse(1);
  rig.refuse(2);
  rig.told();
  rig.finish(9);
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "answer call 9: completed; try call 1 on runner 0; try call 2 on runner 0");
  rig.accept(2);
  EXPECT_EQ(rig.every<core::CallOvertook>().size(), 1U);
}

TEST(LbQueue, DoesNotCountACallThatTheHeadWentBeforeAfterAll) {
  OneRunner rig;
  rig.run(9, rig.large);
  rig.wait(1, rig.large);
  rig.wait(2, rig.small);
  rig.finish(0);
  rig.refuse(1);
  rig.members({0, 0});
  rig.accept(1);
  rig.accept(2);
  EXPECT_EQ(rig.every<core::CallOvertook>().size(), 0U);
}

TEST(LbQueue, DoesNotKeepSmallCallsFromIdleRunnersThatCannotHoldTheHead) {
  LbRig rig;
  const auto large = rig.function(2000);
  const auto small = rig.function(100);
  rig.members({1024});
  rig.arrive(0, large);
  rig.arrive(1, small);
  rig.arrive(2, small);
  EXPECT_EQ(rig.told(), "");
  rig.pass(500ms);
  EXPECT_EQ(rig.told(), "try call 1 on runner 0");
  rig.accept(1);
  EXPECT_EQ(rig.told(), "try call 2 on runner 0");
}

TEST(LbQueue, ProbesWithTheHeadAloneOneRunnerAtATimeWithDoublingPauses) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    // A placer that always begins with the same runner.
    LbRig rig(LbRig::quiet("least-outstanding"), seed);
    const auto some = rig.function(100);
    rig.members({0, 0});
    rig.arrive(0, some);
    rig.refuse(0);
    rig.refuse(0);
    rig.arrive(1, some);
    std::vector<std::uint32_t> asked;
    core::Duration pause = 10ms;
    for (int probe = 0; probe < 10; ++probe) {
      const core::Instant before = rig.now;
      rig.pass(rig.lb().next_deadline() - rig.now);
      EXPECT_GE(rig.now - before, pause / 2) << probe;
      EXPECT_LE(rig.now - before, pause) << probe;
      const core::TryCall offer = rig.last<core::TryCall>();
      EXPECT_EQ(offer.call.value, 0U);
      asked.push_back(offer.runner.value);
      rig.told();
      rig.pass(400ms);
      EXPECT_EQ(rig.told(), "") << "somebody else probed while the head was away";
      rig.refuse(0);
      pause = std::min<core::Duration>(2 * pause, 500ms);
    }
    // Both runners in each pass.
    for (std::size_t probe = 1; probe < asked.size(); probe += 2) {
      EXPECT_NE(asked[probe], asked[probe - 1]);
    }
  }
}

TEST(LbQueue, SpreadsTheProbesOfDifferentLbs) {
  core::Instant first[2];
  for (const std::uint64_t seed : {0U, 1U}) {
    LbRig rig(LbRig::quiet(), seed);
    rig.members({0});
    rig.arrive(0, rig.function(100));
    rig.refuse(0);
    first[seed] = rig.lb().next_deadline();
  }
  EXPECT_NE(first[0], first[1]);
}

TEST(LbQueue, ProbesOnTimeAlthoughOffersOfReleasesComeBackRefused) {
  LbRig rig;
  const auto some = rig.function(100);
  rig.members({0});
  for (std::uint32_t call = 10; call < 40; ++call) {
    rig.run(call, some);
  }
  rig.members({0, 0});
  rig.arrive(0, some);
  rig.refuse(0);
  rig.refuse(0);
  rig.told();
  // Runner 0 ends a call of ours each 2 ms, but others are always faster to fill it.
  bool probed = false;
  for (std::uint32_t call = 10; call < 16 && !probed; ++call) {
    rig.told();
    rig.pass(2ms);
    probed = !rig.told().empty();
    rig.finish(call);
    rig.refuse(0);
  }
  EXPECT_TRUE(probed);
}

TEST(LbQueue, GivesANewHeadItsOwnFirstPause) {
  OneRunner rig;
  rig.wait(1, rig.large);
  rig.wait(2, rig.large);
  for (int probe = 0; probe < 8; ++probe) {
    rig.pass(rig.lb().next_deadline() - rig.now);
    rig.refuse(1);
  }
  rig.pass(1ms);
  rig.told();
  rig.gone(1);
  rig.pass(10ms);
  EXPECT_EQ(rig.told(), "answer call 1: failed, caller-gone; try call 2 on runner 0");
}

TEST(LbQueue, ForgetsWhenACallWasToProbeThatWasHeadOnlyForAWhile) {
  OneRunner rig;
  rig.wait(1, rig.large);
  rig.wait(2, rig.large);
  rig.finish(0);  // call 1 is offered, call 2 is head
  rig.refuse(1);
  rig.pass(10ms);
  rig.accept(1);
  rig.refuse(2);
  EXPECT_GE(rig.lb().next_deadline() - rig.now, core::Duration(5ms));
}

class FnRule : public testing::TestWithParam<const char*> {};

TEST_P(FnRule, LetsEveryWaitingCallTryEveryRunnerEachTenMilliseconds) {
  LbRig rig(LbRig::quiet(GetParam()));
  const auto some = rig.function(100);
  rig.members({0, 0});
  for (const std::uint32_t call : {0U, 1U}) {
    rig.arrive(call, some);
    rig.refuse(call);
    rig.refuse(call);
  }
  EXPECT_EQ(rig.lb().waiting(), 2U);
  rig.told();
  for (int pass = 0; pass < 5; ++pass) {
    rig.pass(10ms - 1ns);
    EXPECT_EQ(rig.told(), "");
    rig.pass(1ns);
    EXPECT_EQ(rig.lb().waiting(), 0U);
    std::uint32_t runners[2] = {0, 0};
    const auto offers = rig.every<core::TryCall>();
    runners[0] = offers[offers.size() - 2].runner.value;
    for (const std::uint32_t call : {0U, 1U}) {
      rig.refuse(call);
      const std::uint32_t next = rig.last<core::TryCall>().runner.value;
      EXPECT_TRUE(call == 1 || next != runners[0]) << "the same runner twice in a pass";
      rig.refuse(call);
    }
    EXPECT_EQ(rig.lb().waiting(), 2U);
    rig.told();
  }
}

TEST_P(FnRule, OffersNothingOnAReleaseAndLetsNewCallsTryAtOnce) {
  LbRig rig(LbRig::quiet(GetParam()));
  const auto some = rig.function(100);
  rig.members({0});
  rig.run(0, some);
  rig.arrive(1, some);
  rig.refuse(1);
  rig.arrive(2, some);
  EXPECT_EQ(rig.told(), "try call 0 on runner 0; try call 1 on runner 0; try call 2 on runner 0");
  rig.finish(0);
  EXPECT_EQ(rig.told(), "answer call 0: completed");
}

TEST_P(FnRule, EndsAWaitingCallAtItsTimeoutAndAtItsCallersWish) {
  LbRig rig(LbRig::quiet(GetParam()));
  const auto some = rig.function(100);
  rig.arrive(0, some);
  rig.arrive(1, some, 0, 1);
  rig.arrive(2, some);
  rig.gone(2);
  EXPECT_EQ(rig.told(), "answer call 2: failed, caller-gone");
  rig.pass(30s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "answer call 1: timed-out, timed-out");
  rig.pass(330s);
  EXPECT_EQ(rig.told(), "answer call 0: timed-out, timed-out");
  EXPECT_EQ(rig.now, core::Instant(360s));
}

INSTANTIATE_TEST_SUITE_P(Placers, FnRule, testing::Values("naive", "ch-compat"));

TEST(LbQueue, RefusesACallThatFindsTheQueueFullInNumberOrBytes) {
  core::LbConfig config = LbRig::quiet();
  config.waiting_calls_max = 2;
  config.waiting_bytes_max = 1000;
  LbRig rig(config);
  const auto some = rig.function(100);
  rig.arrive(0, some, 600);
  rig.arrive(1, some, 401);
  EXPECT_EQ(rig.told(), "answer call 1: refused, queue-full");
  EXPECT_GE(rig.answer().retry_after_s, 1U);
  EXPECT_LE(rig.answer().retry_after_s, 90U);
  rig.arrive(1, some, 400);
  rig.arrive(2, some, 0);
  EXPECT_EQ(rig.told(), "answer call 2: refused, queue-full");
  rig.gone(0);
  rig.arrive(2, some, 600);
  EXPECT_EQ(rig.lb().waiting(), 2U);
}

TEST(LbQueue, KeepsThePlaceOfACallThatIsAwayOnAnOffer) {
  core::LbConfig config = LbRig::quiet();
  config.waiting_calls_max = 1;
  OneRunner rig(config);
  rig.wait(1, rig.large);
  rig.finish(0);  // call 1 is offered: the queue looks empty
  rig.arrive(2, rig.large);
  rig.told();
  rig.refuse(2);
  EXPECT_EQ(rig.told(), "answer call 2: refused, queue-full");
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "");
  EXPECT_EQ(rig.lb().waiting(), 1U);
  rig.pass(10ms);
  rig.accept(1);
  rig.arrive(2, rig.large);
  rig.refuse(2);
  EXPECT_EQ(rig.lb().waiting(), 1U);
}

TEST(LbQueue, EndsWaitingCallsAtTheirTimeoutToTheNanosecond) {
  LbRig rig;
  const auto some = rig.function(100);
  rig.arrive(0, some);
  rig.arrive(1, some, 0, 1);
  rig.pass(1s);
  rig.arrive(2, some, 0, 1);
  rig.pass(29s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "answer call 1: timed-out, timed-out");
  EXPECT_GE(rig.answer().retry_after_s, 1U);
  rig.pass(1s);
  EXPECT_EQ(rig.told(), "answer call 2: timed-out, timed-out");
  rig.pass(329s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "answer call 0: timed-out, timed-out");
}

TEST(LbQueue, KeepsTimeoutsApartWhenDetachedCallsMayWaitLonger) {
  core::LbConfig config = LbRig::quiet();
  config.placement_timeout = 10s;
  LbRig rig(config);
  const auto some = rig.function(100);
  rig.arrive(0, some, 0, 1);
  rig.pass(3ns);
  rig.arrive(1, some);
  rig.pass(10s - 1ns);
  EXPECT_EQ(rig.told(), "");
  rig.pass(1ns);
  EXPECT_EQ(rig.told(), "answer call 1: timed-out, timed-out");
  rig.pass(1min);
  EXPECT_EQ(rig.told(), "answer call 0: timed-out, timed-out");
}

TEST(LbQueue, RefusesAtOnceWhereCallsMayNotWait) {
  core::LbConfig config = LbRig::quiet();
  config.placement_timeout = 0s;
  OneRunner rig(config);
  rig.told();
  rig.arrive(1, rig.small);
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "try call 1 on runner 0; answer call 1: refused, runner-full");
  EXPECT_GE(rig.answer().retry_after_s, 1U);
}

TEST(LbQueue, AdvertisesACallThatHasWaitedAsWaitingWhileItIsOutOnAnOffer) {
  core::LbConfig config = LbRig::quiet();
  config.advertise_every = 10s;
  OneRunner rig(config);
  rig.wait(1, rig.large);
  rig.wait(2, rig.small);
  rig.pass(9s);
  rig.finish(0);
  ASSERT_EQ(rig.lb().waiting(), 1U) << "call 1 is offered to the runner";
  rig.pass(1s);
  const core::Requirement told = rig.last<core::AdvertiseCapacity>().requirement;
  EXPECT_EQ(told.waiting_calls, 2U);
  EXPECT_EQ(told.oldest_wait_ms, 10'000U);
  EXPECT_EQ(told.largest_waiting_mib, 1000U);
}

TEST(LbQueue, EndsACallThatComesBackRefusedAfterItsTimeout) {
  OneRunner rig;
  rig.wait(1, rig.large);
  rig.finish(0);
  rig.told();
  rig.pass(400s);
  EXPECT_EQ(rig.told(), "");
  rig.refuse(1);
  EXPECT_EQ(rig.told(), "answer call 1: timed-out, timed-out");
}

}  // namespace
}  // namespace fn::tests
