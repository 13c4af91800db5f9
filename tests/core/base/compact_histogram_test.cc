// SPDX-License-Identifier: Apache-2.0
//
// Goal: the compact histogram answers what the large one answers, whatever the values, merges
// exactly in any order, and stays as small as it promises.

#include "core/base/compact_histogram.h"

#include <algorithm>
#include <rapidcheck.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/histogram.h"

namespace fn::tests {
namespace {

using core::CompactHistogram;
using core::Duration;
using core::Histogram;
using namespace std::chrono_literals;

template <typename Kind>
Kind histogram_of(const std::vector<Duration>& values) {
  Kind histogram;
  for (const Duration value : values) {
    histogram.add(value);
  }
  return histogram;
}

// Durations whose magnitudes spread over nanoseconds to centuries, some of them alike.
rc::Gen<std::vector<Duration>> some_durations() {
  const auto any =
      rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(1, 64)),
                   [](std::pair<std::uint64_t, int> drawn) {
                     return Duration(static_cast<std::int64_t>(drawn.first >> drawn.second));
                   });
  const auto near = rc::gen::map(rc::gen::inRange(0, 40),
                                 [](int step) { return Duration(std::int64_t{step} * 250'000); });
  return rc::gen::container<std::vector<Duration>>(rc::gen::oneOf(any, near));
}

template <typename Other>
void expect_same(const CompactHistogram& left, const Other& right) {
  RC_ASSERT(left.count() == right.count());
  for (const std::uint32_t per_mille : {0U, 1U, 250U, 500U, 900U, 990U, 999U, 1000U}) {
    RC_ASSERT(left.percentile(per_mille) == right.percentile(per_mille));
  }
}

TEST(CompactHistogram, OfNothingAnswersNothing) {
  CompactHistogram histogram;
  histogram.merge(CompactHistogram{});
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_FALSE(histogram.percentile(500).has_value());
}

TEST(CompactHistogram, AnswersWhatTheLargeOneAnswers) {
  EXPECT_TRUE(rc::check("same answers", [] {
    const auto values = *some_durations();
    expect_same(histogram_of<CompactHistogram>(values), histogram_of<Histogram>(values));
  }));
}

TEST(CompactHistogram, StaysWithinOnePerCentOfTheExactPercentile) {
  EXPECT_TRUE(rc::check("error bound", [] {
    auto values = *rc::gen::nonEmpty(some_durations());
    const auto per_mille = *rc::gen::inRange<std::uint32_t>(0, 1001);
    const auto histogram = histogram_of<CompactHistogram>(values);
    std::sort(values.begin(), values.end());
    const std::size_t rank = std::max<std::size_t>(1, (values.size() * per_mille + 999) / 1000);
    const std::int64_t exact = values[rank - 1].count();
    const std::int64_t told = histogram.percentile(per_mille)->count();
    const std::int64_t error = told > exact ? told - exact : exact - told;
    const bool within = exact < 64'000 ? error < 1000 : error <= exact / 100;
    RC_ASSERT(within);
  }));
}

TEST(CompactHistogram, MergesExactlyInAnyOrderAndGrouping) {
  EXPECT_TRUE(rc::check("merge", [] {
    const auto parts = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::vector<Duration>>>(some_durations()));
    CompactHistogram forth;
    CompactHistogram back;
    std::vector<Duration> all;
    for (std::size_t index = 0; index < parts.size(); ++index) {
      forth.merge(histogram_of<CompactHistogram>(parts[index]));
      auto joined = histogram_of<CompactHistogram>(parts[parts.size() - 1 - index]);
      joined.merge(back);
      back = std::move(joined);
      all.insert(all.end(), parts[index].begin(), parts[index].end());
    }
    const auto whole = histogram_of<CompactHistogram>(all);
    expect_same(forth, whole);
    expect_same(back, whole);
  }));
}

TEST(CompactHistogram, TakesNoMoreMemoryThanItPromises) {
  CompactHistogram histogram;
  EXPECT_EQ(histogram.memory(), 48U);
  histogram.add(100ms);
  EXPECT_LE(histogram.memory(), 64U);
  // Powers of two one after the other, each of them whole.
  for (int power = 0; power < 47; ++power) {
    for (std::int64_t step = 0; step < 64; ++step) {
      histogram.add(std::chrono::microseconds((64 + step) << power));
    }
    const std::size_t promised = power < 1 ? 1024 : (power < 3 ? 2048 : 32768);
    EXPECT_LE(histogram.memory(), 48U + promised) << power;
  }
  EXPECT_EQ(histogram.count(), 1U + 64 * 47);
}

TEST(CompactHistogram, TakesNoMemoryForAValueLikeAnEarlierOne) {
  CompactHistogram histogram;
  histogram.add(100ms);
  const std::size_t before = histogram.memory();
  for (int times = 0; times < 100'000; ++times) {
    histogram.add(100ms);
  }
  EXPECT_EQ(histogram.memory(), before);
  EXPECT_EQ(histogram.count(), 100'001U);
}

}  // namespace
}  // namespace fn::tests
