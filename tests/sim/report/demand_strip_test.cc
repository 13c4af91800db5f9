// SPDX-License-Identifier: Apache-2.0
//
// Goal: the strip tells the highest share of demand over capacity of every stretch of a run, in as
// little room as it promises, and marks what was more than there was.

#include "sim/report/demand_strip.h"

#include <algorithm>
#include <rapidcheck.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

using sim::DemandStrip;

TEST(DemandStrip, HasACellPerMinuteInEighthsOfTheCapacity) {
  DemandStrip strip;
  for (const std::uint64_t demand : {0U, 1U, 125U, 126U, 500U, 875U, 876U, 1000U, 1001U, 5000U}) {
    strip.add(demand, 1000);
  }
  EXPECT_EQ(strip.text(true), ".▁▁▂▄▇██!!");
  EXPECT_EQ(strip.text(false),
            ".11247"
            "88!!");
  EXPECT_EQ(strip.minutes_per_cell(), 1U);
  EXPECT_EQ(strip.highest_percent(), 500U);
}

TEST(DemandStrip, MarksDemandWithoutCapacity) {
  DemandStrip strip;
  strip.add(0, 0);
  strip.add(1, 0);
  EXPECT_EQ(strip.text(true), ".!");
  EXPECT_EQ(strip.highest_percent(), std::nullopt);
  strip.add(1'001, 100'000);
  EXPECT_EQ(strip.highest_percent(), 2U) << "rounded up";
}

TEST(DemandStrip, MakesOneCellOfTwoWhenTheyAreUsedUp) {
  DemandStrip strip;
  for (int minute = 0; minute < 48; ++minute) {
    strip.add(minute == 7 ? 1000 : 100, 1000);
  }
  EXPECT_EQ(strip.text(false).size(), 48U);
  strip.add(2000, 1000);
  EXPECT_EQ(strip.minutes_per_cell(), 2U);
  EXPECT_EQ(strip.text(false), "1118" + std::string(20, '1') + "!");
  strip.add(0, 1000);
  EXPECT_EQ(strip.text(false).size(), 25U) << "the last cell has room for one more minute";
  strip.add(0, 1000);
  EXPECT_EQ(strip.text(false), "1118" + std::string(20, '1') + "!.");
}

TEST(DemandStrip, TellsTheHighestShareOfEachStretchOfAnyRun) {
  EXPECT_TRUE(rc::check("cells", [] {
    const auto demands = *rc::gen::container<std::vector<std::uint32_t>>(
        *rc::gen::inRange<std::size_t>(1, 2000), rc::gen::inRange<std::uint32_t>(0, 1200));
    DemandStrip strip;
    for (const std::uint32_t demand : demands) {
      strip.add(demand, 1000);
    }
    const std::size_t cell = strip.minutes_per_cell();
    std::string expected;
    for (std::size_t from = 0; from < demands.size(); from += cell) {
      const std::size_t end = std::min(demands.size(), from + cell);
      const std::uint32_t most = *std::max_element(demands.data() + from, demands.data() + end);
      expected += most == 0     ? '.'
                  : most > 1000 ? '!'
                                : static_cast<char>('0' + (most * 8 + 999) / 1000);
    }
    RC_ASSERT(strip.text(false) == expected);
    RC_ASSERT(expected.size() <= DemandStrip::kMostCells);
    RC_ASSERT(demands.size() < 48 || expected.size() > 24);
  }));
}

}  // namespace
}  // namespace fn::tests
