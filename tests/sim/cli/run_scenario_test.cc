// SPDX-License-Identifier: Apache-2.0
//
// Goal: a run says how far it is and what of its settings it could not use.

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/cli/engine.h"
#include "sim/scenario/scenario.h"

namespace fn::tests {

namespace {

using namespace std::chrono_literals;

class Remembered final : public sim::ProgressSink {
 public:
  void update(const sim::Progress& progress) override { all.push_back(progress); }

  std::vector<sim::Progress> all;
};

// Three minutes of constant calls in the group "shop".
sim::Scenario small_scenario(std::vector<core::Setting> more = {}) {
  std::vector<core::Setting> settings = {
      {"workload.duration_s", std::int64_t{180}, "test"},
      {"workload.groups[0].name", std::string("shop"), "test"},
      {"workload.groups[0].functions[0].arrivals", std::string("constant"), "test"},
      {"workload.groups[0].functions[0].rate_per_s", std::int64_t{2}, "test"},
  };
  settings.insert(settings.end(), more.begin(), more.end());
  const auto scenario = sim::make_scenario(settings);
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().message);
  return *scenario;
}

TEST(RunScenario, TellsEachMinuteWhereTheRunIsAndWhereItsArrivalsEnd) {
  Remembered seen;
  const auto result = sim::run_scenario(small_scenario(), {}, seen);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_GE(seen.all.size(), 3U);
  for (std::size_t minute = 0; minute < seen.all.size(); ++minute) {
    EXPECT_EQ(seen.all[minute].simulated, core::Instant(1min * (minute + 1)));
    EXPECT_EQ(seen.all[minute].end, core::Instant(3min));
  }
  EXPECT_GT(seen.all.back().calls, 300U);
}

TEST(RunScenario, WarnsOfSettingsForAGroupThatTheWorkloadDoesNotHave) {
  Remembered seen;
  const auto result =
      sim::run_scenario(small_scenario({{"groups.shop.npm.min_runners", std::int64_t{1}, "test"},
                                        {"groups.sohp.npm.min_runners", std::int64_t{1}, "test"}}),
                        {},
                        seen);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->warnings,
            std::vector<std::string>{
                "groups.sohp.npm is not used: the calls belong to shop (--tenant decides)"});
}

}  // namespace
}  // namespace fn::tests
