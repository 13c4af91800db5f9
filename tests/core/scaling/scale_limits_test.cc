// SPDX-License-Identifier: Apache-2.0
//
// Goal: every limit of a group's size does what its sentence in the configuration says, and is
// named in the decision.

#include "core/scaling/scale_limits.h"

#include <gtest/gtest.h>

#include "tests/core/scaling/scaler_rig.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;

core::ScalerConfig with(const core::ScaleLimitsConfig& limits) {
  core::ScalerConfig config;
  config.limits = limits;
  return config;
}

// What fills seventy per cent of one runner of 4 GiB.
constexpr std::int64_t kFull = 2867;

TEST(ScaleLimits, KeepsTheMinimumWithoutDemand) {
  core::ScaleLimitsConfig limits;
  limits.min_runners = 2;
  ScalerRig rig("steady", with(limits));
  EXPECT_EQ(rig.demand_mib(at(0s), 0).provision, 2U);
  EXPECT_EQ(rig.decision().limits & core::kLimitMin, core::kLimitMin);
  rig.deliver(at(60s));
  rig.run_to(at(2h));
  EXPECT_EQ(rig.active(), 2U);
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
  EXPECT_EQ(rig.lose_one(at(3h)).provision, 1U);
}

TEST(ScaleLimits, CutsAtTheMaximum) {
  core::ScaleLimitsConfig limits;
  limits.max_runners = 3;
  ScalerRig rig("steady", with(limits));
  const core::GroupDecision& decision = rig.demand_mib(at(0s), 100'000);
  EXPECT_EQ(decision.provision, 3U);
  EXPECT_EQ(decision.wish, 35U);
  EXPECT_EQ(decision.limits, core::kLimitMax);
}

TEST(ScaleLimits, KeepsHeadroomWhileThereIsDemand) {
  core::ScaleLimitsConfig limits;
  limits.headroom_runners = 2;
  ScalerRig rig("steady", with(limits));
  EXPECT_EQ(rig.demand_mib(at(0s), 0).provision, 0U);
  EXPECT_EQ(rig.demand_mib(at(0s), 100).provision, 3U);
  EXPECT_EQ(rig.decision().limits, core::kLimitHeadroom);
}

TEST(ScaleLimits, PausesGrowthAfterAChange) {
  core::ScaleLimitsConfig limits;
  limits.cooldown_up = 60s;
  ScalerRig rig("steady", with(limits));
  rig.demand_mib(at(0s), 100);
  EXPECT_EQ(rig.demand_mib(at(30s), 5000).provision, 0U);
  EXPECT_EQ(rig.decision().limits, core::kLimitCooldown);
  EXPECT_EQ(rig.decision().reconsider_at, at(60s));
  rig.run_to(at(60s));
  EXPECT_EQ(rig.ordered(), 2U);
}

TEST(ScaleLimits, PausesShrinkingAfterAChange) {
  core::ScaleLimitsConfig limits;
  limits.cooldown_down = 500s;
  limits.down_window = 0s;
  ScalerRig rig("steady", with(limits));
  rig.demand_mib(at(0s), 5000);
  rig.deliver(at(60s));
  EXPECT_EQ(rig.demand_mib(at(70s), 100).drain, 0U);
  EXPECT_EQ(rig.decision().limits, core::kLimitCooldown);
  rig.run_to(at(499s));
  EXPECT_EQ(rig.active(), 2U);
  rig.run_to(at(500s));
  EXPECT_EQ(rig.active(), 1U);
}

TEST(ScaleLimits, GrowsInSteps) {
  core::ScaleLimitsConfig limits;
  limits.step_up_runners = 2;
  limits.step_up_period = 30s;
  ScalerRig rig("steady", with(limits));
  EXPECT_EQ(rig.demand_mib(at(0s), 5 * kFull).provision, 2U);
  EXPECT_EQ(rig.decision().limits, core::kLimitStep);
  EXPECT_EQ(rig.decision().target, 2U);
  EXPECT_EQ(rig.demand_mib(at(29s), 5 * kFull).provision, 0U);
  rig.run_to(at(30s));
  EXPECT_EQ(rig.ordered(), 4U);
  rig.run_to(at(60s));
  EXPECT_EQ(rig.ordered(), 5U);
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
}

TEST(ScaleLimits, FirstForgetsOrdersThatWaitToBePlacedAgain) {
  core::ScaleLimitsConfig limits;
  limits.down_window = 0s;
  ScalerRig rig("steady", with(limits));
  rig.demand_mib(at(0s), 3 * kFull);
  rig.come(at(60s), 1);
  rig.pause(2);
  const core::GroupDecision& decision = rig.demand_mib(at(400s), 100);
  EXPECT_EQ(decision.cancel, 2U);
  EXPECT_EQ(decision.drain, 0U);
  EXPECT_EQ(decision.target, 1U);
}

TEST(ScaleLimits, FixedKeepsItsNumber) {
  core::ScalerConfig config;
  config.fixed_runners = 3;
  ScalerRig rig("fixed", config);
  EXPECT_EQ(rig.demand_mib(at(0s), 0).provision, 3U);
  rig.deliver(at(60s));
  EXPECT_FALSE(rig.demand_mib(at(70s), 1'000'000).acts());
  EXPECT_EQ(rig.lose_one(at(80s)).provision, 1U);
  rig.come(at(140s), 3);
  EXPECT_EQ(rig.active(), 3U) << "what came unasked goes";
  EXPECT_EQ(rig.decision().reconsider_at, core::kNever);
}

TEST(ScaleLimits, GoesOnAfterSaveAndLoad) {
  const auto play = [](bool reload) {
    ScalerRig rig("steady");
    rig.demand_mib(at(0s), 4 * kFull);
    rig.deliver(at(60s));
    rig.demand_mib(at(100s), 2 * kFull);
    rig.demand_mib(at(150s), 2867);
    if (reload) {
      core::Writer saved;
      rig.scaler().save(saved);
      core::Reader reader(saved.bytes());
      EXPECT_TRUE(rig.scaler().load(reader).has_value());
      EXPECT_TRUE(reader.finish().has_value());
    }
    rig.run_to(at(1000s));
    return std::pair(rig.active(), rig.actions());
  };
  EXPECT_EQ(play(true), play(false));
}

}  // namespace
}  // namespace fn::tests
