// SPDX-License-Identifier: Apache-2.0
//
// Goal: fn-2018 does what Fn's node pool manager did in March 2018, to the runner: the worked
// vectors of its rules, and its defects.

#include <gtest/gtest.h>

#include "tests/core/scaling/scaler_rig.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;

TEST(Fn2018Scaler, AsksForThreeRunnersForSixAndThreeThousandMib) {
  ScalerRig rig("fn-2018");
  EXPECT_EQ(rig.demand_mib(at(0s), 6000).provision, 2U);
  EXPECT_EQ(rig.demand_mib(at(0s), 9000).provision, 1U);
  EXPECT_EQ(rig.ordered(), 3U);
}

TEST(Fn2018Scaler, DrainsOneOfThreeRunnersAtEightThousandMib) {
  ScalerRig rig("fn-2018");
  rig.demand_mib(at(0s), 9000);
  rig.deliver(at(5s));
  EXPECT_EQ(rig.demand_mib(at(6s), 8193).drain, 0U);
  EXPECT_EQ(rig.demand_mib(at(7s), 8000).drain, 1U);
  EXPECT_EQ(rig.demand_mib(at(8s), 8000).drain, 0U);
  EXPECT_EQ(rig.active(), 2U);
}

TEST(Fn2018Scaler, AsksForTwentyRunnersAtATime) {
  ScalerRig rig("fn-2018");
  EXPECT_EQ(rig.demand_mib(at(0s), 200'000).provision, 20U);
  EXPECT_EQ(rig.demand_mib(at(1s), 200'000).provision, 20U);
  EXPECT_EQ(rig.demand_mib(at(2s), 200'000).provision, 9U);
  EXPECT_EQ(rig.demand_mib(at(3s), 200'000).provision, 0U);
}

TEST(Fn2018Scaler, AsksForExactlyOneRunnerAtItsWholeCapacity) {
  ScalerRig rig("fn-2018");
  EXPECT_EQ(rig.demand_mib(at(0s), 4096).provision, 1U);
  EXPECT_EQ(rig.demand_mib(at(1s), 4097).provision, 1U);
}

TEST(Fn2018Scaler, EmptiesThePoolAtOnceWithoutDemandAndRevivesBeforeItAsks) {
  ScalerRig rig("fn-2018");
  rig.demand_mib(at(0s), 8000);
  rig.deliver(at(5s));
  EXPECT_EQ(rig.demand_mib(at(6s), 0).drain, 2U);
  const core::GroupDecision& grown = rig.demand_mib(at(7s), 9000);
  EXPECT_EQ(grown.revive, 2U);
  EXPECT_EQ(grown.provision, 1U);
}

TEST(Fn2018Scaler, FlapsForEverWhenOneRequestBringsTwoRunners) {
  ScalerRig rig("fn-2018");
  rig.demand_mib(at(0s), 128);
  rig.come(at(5s), 2);
  for (int second = 6; second < 100; second += 2) {
    EXPECT_EQ(rig.demand_mib(at(std::chrono::seconds(second)), 128).drain, 1U);
    EXPECT_EQ(rig.active(), 1U);
    EXPECT_EQ(rig.demand_mib(at(std::chrono::seconds(second + 1)), 128).revive, 1U);
    EXPECT_EQ(rig.active(), 2U);
  }
}

TEST(Fn2018Scaler, NeverReplacesALostRunner) {
  ScalerRig rig("fn-2018");
  rig.demand_mib(at(0s), 128);
  rig.deliver(at(5s));
  rig.lose_one(at(6s));
  for (int second = 7; second < 20; ++second) {
    EXPECT_FALSE(rig.demand_mib(at(std::chrono::seconds(second)), 128).acts());
  }
  EXPECT_EQ(rig.demand_mib(at(20s), 4097).provision, 1U) << "until the phantom is not enough";
}

TEST(Fn2018Scaler, AfterARestartAsksForOneTooManyAndFlaps) {
  ScalerRig rig("fn-2018");
  rig.come(at(0s), 2);
  EXPECT_EQ(rig.demand_mib(at(1s), 128).provision, 1U);
  EXPECT_EQ(rig.demand_mib(at(2s), 128).drain, 1U);
  EXPECT_EQ(rig.demand_mib(at(3s), 128).revive, 1U);
}

TEST(Fn2018Scaler, DecidesOnlyWhenItHearsOfDemand) {
  ScalerRig rig("fn-2018");
  rig.demand_mib(at(0s), 128);
  EXPECT_FALSE(rig.come(at(5s), 5).acts());
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
}

}  // namespace
}  // namespace fn::tests
