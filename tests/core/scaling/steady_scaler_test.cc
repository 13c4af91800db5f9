// SPDX-License-Identifier: Apache-2.0
//
// Goal: steady grows at once to what holds the demand at 70 %, shrinks late and slowly, and leaves
// a group alone whose demand only trembles.

#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

#include "tests/core/scaling/scaler_rig.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using core::MergedRequirement;

// What fills seventy per cent of one runner of 4 GiB.
constexpr std::int64_t kFull = 2867;

TEST(SteadyScaler, HoldsTheDemandAtSeventyPerCent) {
  for (const auto& [demand, runners] : {std::pair<std::int64_t, std::uint32_t>{1, 1},
                                        {2867, 1},
                                        {2868, 2},
                                        {5734, 2},
                                        {5735, 3},
                                        {28'672, 10}}) {
    ScalerRig rig("steady");
    EXPECT_EQ(rig.demand_mib(at(0s), demand).provision, runners) << demand;
  }
}

TEST(SteadyScaler, CountsTheResourceThatBinds) {
  core::ScalerConfig config;
  config.planned_cpu_milli = 2000;
  ScalerRig rig("steady", config);
  EXPECT_EQ(rig.demand(at(0s), MergedRequirement{100, 4201, 0, 0, 0}).provision, 4U);
  ScalerRig uncounted("steady");
  EXPECT_EQ(uncounted.demand(at(0s), MergedRequirement{100, 99'999, 0, 0, 0}).provision, 1U);
}

TEST(SteadyScaler, CountsEveryRunnerWithItsOwnSize) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 2800);
  rig.come(at(60s), 1, 16'384);
  // 70 % of 16384 + 4096 + 4096 hold 17203; the next ones are expected to be like the last one.
  rig.demand_mib(at(61s), 14'000);
  rig.come(at(120s), 1, 4096);
  EXPECT_EQ(rig.demand_mib(at(121s), 14'336).acts(), false);
  EXPECT_EQ(rig.demand_mib(at(122s), 17'203).provision, 1U);
}

TEST(SteadyScaler, LeavesADemandThatTremblesAroundARunnersSizeAlone) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 2868);
  rig.deliver(at(60s));
  for (int second = 61; second < 4000; ++second) {
    rig.demand_mib(at(std::chrono::seconds(second)), second % 2 == 0 ? 2868 : 2800);
  }
  EXPECT_EQ(rig.actions(), 1U);
  EXPECT_EQ(rig.active(), 2U);
}

TEST(SteadyScaler, ShrinksToTheHighestWishOfTheLastFiveMinutesByOneAMinute) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 4 * kFull);
  rig.deliver(at(60s));
  rig.demand_mib(at(100s), 2867);
  rig.run_to(at(399s));
  EXPECT_EQ(rig.active(), 4U);
  rig.run_to(at(400s));
  EXPECT_EQ(rig.active(), 3U);
  rig.run_to(at(459s));
  EXPECT_EQ(rig.active(), 3U);
  rig.run_to(at(460s));
  EXPECT_EQ(rig.active(), 2U);
  rig.run_to(at(520s));
  EXPECT_EQ(rig.active(), 1U);
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever) << "at rest";
}

TEST(SteadyScaler, APeakInTheWindowHoldsTheSizeUpAgain) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 4 * kFull);
  rig.deliver(at(60s));
  rig.demand_mib(at(100s), 2867);
  rig.demand_mib(at(200s), 3 * kFull);
  rig.demand_mib(at(201s), 2867);
  rig.run_to(at(400s));
  EXPECT_EQ(rig.active(), 3U);
  rig.run_to(at(500s));
  EXPECT_EQ(rig.active(), 3U) << "three were wished until 201 s";
  rig.run_to(at(501s));
  EXPECT_EQ(rig.active(), 2U);
}

TEST(SteadyScaler, ALargePoolShrinksByATenthAMinute) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 40 * kFull);
  rig.deliver(at(60s));
  rig.demand_mib(at(100s), 2867);
  rig.run_to(at(400s));
  EXPECT_EQ(rig.active(), 36U);
  rig.run_to(at(460s));
  EXPECT_EQ(rig.active(), 33U);
}

TEST(SteadyScaler, HoldsTheLastRunnerForTenMinutesAfterTheLastCall) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 100);
  rig.deliver(at(60s));
  rig.demand_mib(at(100s), 0);
  rig.run_to(at(699s));
  EXPECT_EQ(rig.active(), 1U);
  rig.run_to(at(700s));
  EXPECT_EQ(rig.active(), 0U);
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
}

TEST(SteadyScaler, RevivesWhatDrainsBeforeItAsksForNewRunners) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 2 * kFull);
  rig.deliver(at(60s));
  rig.demand_mib(at(100s), 100);
  rig.run_to(at(400s));
  ASSERT_EQ(rig.active(), 1U);
  const core::GroupDecision& grown = rig.demand_mib(at(410s), 3 * kFull);
  EXPECT_EQ(grown.revive, 1U);
  EXPECT_EQ(grown.provision, 1U);
}

TEST(SteadyScaler, ReplacesWhatIsLostAndNotWhatIsOnlyHeld) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 2 * kFull);
  rig.deliver(at(60s));
  EXPECT_EQ(rig.lose_one(at(70s)).provision, 1U);
  rig.deliver(at(130s));
  rig.demand_mib(at(140s), 100);
  EXPECT_FALSE(rig.lose_one(at(150s)).acts());
}

TEST(SteadyScaler, AddsOneRunnerWhenACallWaitsInVain) {
  ScalerRig rig("steady");
  rig.demand_mib(at(0s), 1000);
  rig.deliver(at(60s));
  EXPECT_FALSE(rig.demand(at(64s), MergedRequirement{1000, 0, 1, 64'000, 900}).acts())
      << "the runner has only just come";
  const core::GroupDecision& grown = rig.demand(at(66s), MergedRequirement{1000, 0, 1, 5001, 900});
  EXPECT_EQ(grown.provision, 1U);
  EXPECT_EQ(grown.limits, core::kLimitLongWait);
  EXPECT_FALSE(rig.demand(at(67s), MergedRequirement{1000, 0, 1, 6001, 900}).acts())
      << "one is on its way";
  rig.deliver(at(120s));
  rig.demand(at(121s), MergedRequirement{1000, 0, 0, 0, 0});
  rig.run_to(at(360s));
  EXPECT_EQ(rig.active(), 2U) << "the wish for it stays in the window";
}

TEST(SteadyScaler, DoesNotSendAwayWhatItHasAdopted) {
  ScalerRig rig("steady");
  rig.come(at(0s), 3);
  rig.demand_mib(at(1s), 2 * kFull);
  rig.run_to(at(299s));
  EXPECT_EQ(rig.active(), 3U);
  rig.run_to(at(300s));
  EXPECT_EQ(rig.active(), 2U);
}

}  // namespace
}  // namespace fn::tests
