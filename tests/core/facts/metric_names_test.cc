// SPDX-License-Identifier: Apache-2.0
//
// Goal: bounds of histograms are written as what they are, and a value at a bound belongs to it.

#include "core/facts/metric_names.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using std::chrono_literals::operator""ns;

TEST(MetricNames, BoundsRiseAndAreWrittenInSeconds) {
  for (std::size_t bound = 0; bound < metric::kBounds.size(); ++bound) {
    const std::chrono::duration<double> seconds = metric::kBounds[bound];
    EXPECT_EQ(std::stod(std::string(metric::kBoundTexts[bound])), seconds.count());
    EXPECT_TRUE(bound == 0 || metric::kBounds[bound - 1] < metric::kBounds[bound]);
  }
  EXPECT_EQ(metric::kBoundTexts.back(), "+Inf");
}

TEST(MetricNames, AValueBelongsToTheFirstBoundThatItDoesNotExceed) {
  for (std::size_t bound = 0; bound < metric::kBounds.size(); ++bound) {
    EXPECT_EQ(metric::bucket_of(metric::kBounds[bound]), bound);
    EXPECT_EQ(metric::bucket_of(metric::kBounds[bound] + 1ns), bound + 1);
  }
}

}  // namespace
}  // namespace fn::core
