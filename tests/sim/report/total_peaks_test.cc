// SPDX-License-Identifier: Apache-2.0
//
// Goal: the peaks of a whole run are those of all groups at one instant, not sums of peaks, and
// only samples between the warm-up and the last arrival count.

#include "sim/report/total_peaks.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

using namespace std::chrono_literals;

sim::MinuteRow row_with(std::initializer_list<std::uint64_t> runners) {
  sim::MinuteRow row;
  std::size_t index = 0;
  for (const std::uint64_t count : runners) {
    row.samples[index++] = sim::LevelSample{.runners = count, .containers = 10 * count};
  }
  return row;
}

core::Instant at(core::Duration since_start) {
  return core::Instant{} + since_start;
}

TEST(TotalPeaks, AddsGroupsAtOneInstant) {
  sim::TotalPeaks peaks(0s);
  peaks.add(row_with({9, 0, 0, 0, 0, 1}));
  peaks.add(row_with({0, 0, 8, 0, 0, 2}));
  peaks.end_minute(at(60s), at(60s));
  EXPECT_EQ(peaks.peaks().runners, 9U);
  EXPECT_EQ(peaks.peaks().containers, 90U);
}

TEST(TotalPeaks, OfNoSampleAreNothing) {
  sim::TotalPeaks peaks(0s);
  peaks.add(row_with({9, 9, 9, 9, 9, 9}));
  peaks.end_minute(at(60s), at(10s) - 1ns);
  EXPECT_FALSE(peaks.peaks().runners.has_value());
  EXPECT_FALSE(peaks.peaks().containers.has_value());
}

TEST(TotalPeaks, LeaveOutTheWarmUp) {
  sim::TotalPeaks peaks(20s);
  peaks.add(row_with({9, 8, 3, 1, 1, 1}));
  peaks.end_minute(at(60s), at(60s));
  EXPECT_EQ(peaks.peaks().runners, 3U);
}

TEST(TotalPeaks, CountSamplesAfterAnArrivalOnceALaterOneComes) {
  sim::TotalPeaks peaks(0s);
  peaks.add(row_with({1, 2, 9, 1, 1, 1}));
  peaks.end_minute(at(60s), at(25s));
  EXPECT_EQ(peaks.peaks().runners, 2U);
  peaks.add(row_with({7, 7, 7, 7, 7, 7}));
  peaks.end_minute(at(120s), at(25s));
  EXPECT_EQ(peaks.peaks().runners, 2U);
  peaks.add(row_with({1, 30, 1, 1, 1, 1}));
  peaks.end_minute(at(180s), at(130s));
  EXPECT_EQ(peaks.peaks().runners, 9U);
}

}  // namespace
}  // namespace fn::tests
