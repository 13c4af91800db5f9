// SPDX-License-Identifier: Apache-2.0
//
// Goal: scalers are found by name, and what a demand makes in runners is counted with their sizes.

#include "core/scaling/group_scaler.h"

#include <array>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

TEST(GroupScaler, IsMadeByEveryNameThatIsToldAndByNoOther) {
  for (const std::string_view name : scaler_names()) {
    EXPECT_NE(make_scaler(name, ScalerConfig{}), nullptr) << name;
  }
  EXPECT_EQ(make_scaler("fn-2019", ScalerConfig{}), nullptr);
}

TEST(GroupScaler, OnlyFn2018AsksForTheSeedsRules) {
  for (const std::string_view name : scaler_names()) {
    EXPECT_EQ(make_scaler(name, ScalerConfig{})->seed_rules(), name == "fn-2018");
  }
}

TEST(RunnersFor, FillsActiveThenDrainingThenNewRunners) {
  const std::array active = {Member{RunnerHandle{0}, 1000, 0}, Member{RunnerHandle{1}, 2000, 0}};
  const std::array draining = {Member{RunnerHandle{2}, 500, 0}, Member{RunnerHandle{3}, 4000, 0}};
  GroupView view;
  view.active = active;
  view.draining = draining;
  const Member expected{RunnerHandle{}, 1000, 0};
  EXPECT_EQ(runners_for(0, 0, view, expected), 0U);
  EXPECT_EQ(runners_for(1000, 0, view, expected), 1U);
  EXPECT_EQ(runners_for(3000, 0, view, expected), 2U);
  EXPECT_EQ(runners_for(7000, 0, view, expected), 3U) << "drained last, revived first";
  EXPECT_EQ(runners_for(7500, 0, view, expected), 4U);
  EXPECT_EQ(runners_for(9500, 0, view, expected), 6U);
}

TEST(RunnersFor, CountsARunnerOfUnknownSizeAsOneToCome) {
  const std::array active = {Member{RunnerHandle{0}, 0, 0}};
  GroupView view;
  view.active = active;
  EXPECT_EQ(runners_for(1001, 0, view, Member{RunnerHandle{}, 1000, 0}), 2U);
}

TEST(RunnersFor, ARunnerThatDoesNotCountCpuTakesAnyAmountOfIt) {
  const std::array active = {Member{RunnerHandle{0}, 1000, 500}, Member{RunnerHandle{1}, 1000, 0}};
  GroupView view;
  view.active = active;
  EXPECT_EQ(runners_for(1, 500, view, Member{RunnerHandle{}, 1000, 500}), 1U);
  EXPECT_EQ(runners_for(1, 99'999, view, Member{RunnerHandle{}, 1000, 500}), 2U);
}

}  // namespace
}  // namespace fn::core
