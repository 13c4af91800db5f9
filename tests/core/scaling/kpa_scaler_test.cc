// SPDX-License-Identifier: Apache-2.0
//
// Goal: kpa follows Knative's autoscaler. The vectors are Knative's, with a limit of concurrency of
// 10, so runners of 10 MiB that are planned to be full at 7.

#include <gtest/gtest.h>

#include "tests/core/scaling/scaler_rig.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kRunnerMib = 10;

// A group of `count` runners that has had the demand for as long as the stable window.
ScalerRig settled(std::uint32_t count, std::int64_t demand) {
  core::ScalerConfig config;
  config.planned_memory_mib = kRunnerMib;
  ScalerRig rig("kpa", config);
  rig.come(at(0s), count, kRunnerMib);
  rig.demand_mib(at(0s), demand);
  rig.run_to(at(70s));
  return rig;
}

TEST(KpaScaler, FollowsTheStableAverageBelowThePanicThreshold) {
  ScalerRig rig = settled(5, 30);
  EXPECT_EQ(rig.active() + rig.ordered(), 5U);
  rig.demand_mib(at(70s), 50);
  rig.run_to(at(140s));
  EXPECT_EQ(rig.active() + rig.ordered(), 8U);
  EXPECT_EQ(rig.decision().limits, core::kLimitNone);
}

TEST(KpaScaler, PanicsAtTwiceTheActiveRunnersAndShrinksByHalvesAWindowLater) {
  ScalerRig rig = settled(5, 30);
  rig.demand_mib(at(71s), 140);
  rig.run_to(at(78s));
  EXPECT_EQ(rig.decision().limits, core::kLimitPanic);
  EXPECT_EQ(rig.ordered(), 15U) << "20 in all: 140 / 7";
  rig.come(at(79s), 15, kRunnerMib);
  rig.demand_mib(at(80s), 0);
  // The last tick at which there was cause for a panic was at 78 s.
  rig.run_to(at(137s));
  EXPECT_EQ(rig.active(), 20U);
  std::vector<std::size_t> sizes;
  for (const core::Duration since : {138s, 140s, 142s, 144s}) {
    rig.run_to(at(since));
    sizes.push_back(rig.active());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 5, 2, 1}));
}

TEST(KpaScaler, GoesToZeroAfterAnEmptyWindowAndTheGraceAndRestsThen) {
  ScalerRig rig = settled(1, 5);
  rig.demand_mib(at(100s), 0);
  // The bucket of second 99 is the last with demand: it leaves the window at 159 s, seen at 160 s.
  rig.run_to(at(189s));
  EXPECT_EQ(rig.active(), 1U);
  EXPECT_NE(rig.decision().reconsider_at, core::kNever);
  rig.run_to(at(190s));
  EXPECT_EQ(rig.active(), 0U);
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
}

TEST(KpaScaler, ARestingGroupIsServedAtOnce) {
  core::ScalerConfig config;
  config.planned_memory_mib = kRunnerMib;
  ScalerRig rig("kpa", config);
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
  EXPECT_EQ(rig.demand_mib(at(1000500ms), 50).provision, 8U);
  EXPECT_EQ(rig.decision().reconsider_at, at(1002500ms));
}

TEST(KpaScaler, AveragesOverTheSecondsItHasSeen) {
  core::ScalerConfig config;
  config.planned_memory_mib = kRunnerMib;
  ScalerRig rig("kpa", config);
  rig.demand_mib(at(0s), 7);
  EXPECT_EQ(rig.ordered(), 1U);
  rig.come(at(1s), 1, kRunnerMib);
  rig.demand_mib(at(4s), 12);
  EXPECT_EQ(rig.ordered(), 0U) << "it decides at its next tick";
  // Seconds 0 to 6: 7, 7, 7, 7, 12, 12, 12 make 9.1 on average.
  rig.run_to(at(6s));
  EXPECT_EQ(rig.active() + rig.ordered(), 2U);
}

TEST(KpaScaler, WatchesRunnersThatCameUnaskedForAWindowBeforeItShrinks) {
  ScalerRig rig("kpa");
  rig.come(at(0s), 4);
  rig.run_to(at(59s));
  EXPECT_EQ(rig.active(), 4U);
  rig.run_to(at(70s));
  EXPECT_LT(rig.active(), 4U);
  rig.run_to(at(10min));
  EXPECT_EQ(rig.active(), 0U);
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
}

TEST(KpaScaler, ReplacesALostRunnerWithoutWaitingForATick) {
  ScalerRig rig = settled(5, 30);
  EXPECT_EQ(rig.lose_one(at(70500ms)).provision, 1U);
}

TEST(KpaScaler, GoesOnAfterSaveAndLoad) {
  const auto play = [](bool reload) {
    ScalerRig rig = settled(5, 30);
    rig.demand_mib(at(71s), 140);
    rig.run_to(at(77s));
    if (reload) {
      core::Writer saved;
      rig.scaler().save(saved);
      core::Reader reader(saved.bytes());
      EXPECT_TRUE(rig.scaler().load(reader).has_value());
      EXPECT_TRUE(reader.finish().has_value());
    }
    rig.demand_mib(at(80s), 3);
    rig.run_to(at(300s));
    return std::pair(rig.active(), rig.actions());
  };
  EXPECT_EQ(play(true), play(false));
}

}  // namespace
}  // namespace fn::tests
