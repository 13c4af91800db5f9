// SPDX-License-Identifier: Apache-2.0
//
// Goal: percentiles of durations stay within the promised error of the exact ones, merging equals
// adding, clearing and saving lose nothing, whatever the values.

#include "core/base/histogram.h"

#include <algorithm>
#include <rapidcheck.h>
#include <vector>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

using core::Duration;
using core::Histogram;
using namespace std::chrono_literals;

Histogram histogram_of(const std::vector<Duration>& values) {
  Histogram histogram;
  for (const Duration value : values) {
    histogram.add(value);
  }
  return histogram;
}

// The nearest-rank percentile of a sorted list: the slow, obvious answer.
Duration exact_percentile(const std::vector<Duration>& sorted, std::uint32_t per_mille) {
  const std::size_t rank = (sorted.size() * per_mille + 999) / 1000;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

// Durations whose magnitudes spread over nanoseconds to centuries.
rc::Gen<Duration> any_duration() {
  return rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(1, 64)),
                      [](std::pair<std::uint64_t, int> drawn) {
                        return Duration(static_cast<std::int64_t>(drawn.first >> drawn.second));
                      });
}

rc::Gen<std::vector<Duration>> some_durations() {
  return rc::gen::container<std::vector<Duration>>(any_duration());
}

void expect_same(const Histogram& left, const Histogram& right) {
  RC_ASSERT(left.count() == right.count());
  RC_ASSERT(left.sum() == right.sum());
  for (const std::uint32_t per_mille : {0U, 1U, 250U, 500U, 900U, 990U, 999U, 1000U}) {
    RC_ASSERT(left.percentile(per_mille) == right.percentile(per_mille));
  }
}

TEST(Histogram, OfNothingAnswersNothing) {
  Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_FALSE(histogram.mean().has_value());
  EXPECT_FALSE(histogram.percentile(500).has_value());
  histogram.clear();
  histogram.merge(Histogram{});
  EXPECT_FALSE(histogram.percentile(990).has_value());
}

TEST(Histogram, TellsOneRepeatedValueExactly) {
  const Histogram histogram = histogram_of({500ms, 500ms, 500ms});
  EXPECT_EQ(histogram.percentile(0), 500ms);
  EXPECT_EQ(histogram.percentile(999), 500ms);
  EXPECT_EQ(histogram.mean(), 500ms);
}

TEST(Histogram, TellsWholeMicrosecondsBelow64Exactly) {
  Histogram histogram;
  for (int microsecond = 0; microsecond < 64; ++microsecond) {
    histogram.add(std::chrono::microseconds(microsecond));
  }
  EXPECT_EQ(histogram.percentile(500), 31us);
  EXPECT_EQ(histogram.percentile(1000), 63us);
}

TEST(Histogram, TakesTheNearestRank) {
  const Histogram histogram = histogram_of({10us, 20us, 30us, 40us});
  EXPECT_EQ(histogram.percentile(250), 10us);
  EXPECT_EQ(histogram.percentile(251), 20us);
  EXPECT_EQ(histogram.percentile(500), 20us);
  EXPECT_EQ(histogram.percentile(999), 40us);
}

TEST(Histogram, AnswersWithTheMiddleOfABucket) {
  // 1 s lies in [999.424, 1007.616) ms: 122 and 123 times 8.192 ms.
  const Histogram histogram = histogram_of({1ms, 1s, 10s});
  EXPECT_EQ(histogram.percentile(500), Duration(1'003'520'000));
}

TEST(Histogram, HasARoomForEveryDuration) {
  const Histogram histogram = histogram_of({0ns, core::kForever, core::kForever});
  EXPECT_EQ(histogram.percentile(1), 0ns);
  EXPECT_GE(histogram.percentile(1000), core::kForever - core::kForever / 128);
  EXPECT_EQ(histogram.sum(), core::WideInt{2} * core::kForever.count());
}

TEST(Histogram, StaysWithinItsErrorOfTheExactPercentile) {
  EXPECT_TRUE(rc::check("error bound", [] {
    auto values = *rc::gen::nonEmpty(some_durations());
    const auto per_mille = *rc::gen::inRange<std::uint32_t>(0, 1001);
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    const auto exact = static_cast<long double>(exact_percentile(values, per_mille).count());
    const auto told = static_cast<long double>(histogram.percentile(per_mille)->count());
    const long double error = told > exact ? told - exact : exact - told;
    const bool within = exact < 64'000 ? error < 1000 : error * 128 <= exact;
    RC_ASSERT(within);
  }));
}

TEST(Histogram, KeepsTheExactMean) {
  EXPECT_TRUE(rc::check("mean", [] {
    const auto values = *rc::gen::nonEmpty(some_durations());
    core::WideInt sum = 0;
    for (const Duration value : values) {
      sum += value.count();
    }
    const auto mean = static_cast<std::int64_t>(sum / static_cast<core::WideInt>(values.size()));
    RC_ASSERT(histogram_of(values).mean() == Duration(mean));
  }));
}

TEST(Histogram, MergingEqualsAdding) {
  EXPECT_TRUE(rc::check("merge", [] {
    const auto left = *some_durations();
    const auto right = *some_durations();
    Histogram merged = histogram_of(left);
    merged.merge(histogram_of(right));
    std::vector<Duration> all = left;
    all.insert(all.end(), right.begin(), right.end());
    expect_same(merged, histogram_of(all));
  }));
}

TEST(Histogram, MergesInAnyOrderAndGrouping) {
  EXPECT_TRUE(rc::check("order of merging", [] {
    const auto parts = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::vector<Duration>>>(some_durations()));
    Histogram forth;
    Histogram back;
    std::vector<Duration> all;
    for (std::size_t index = 0; index < parts.size(); ++index) {
      forth.merge(histogram_of(parts[index]));
      Histogram joined = histogram_of(parts[parts.size() - 1 - index]);
      joined.merge(back);
      back = std::move(joined);
      all.insert(all.end(), parts[index].begin(), parts[index].end());
    }
    expect_same(forth, histogram_of(all));
    expect_same(back, histogram_of(all));
  }));
}

TEST(Histogram, TakesNoMoreMemoryThanItPromises) {
  Histogram histogram;
  EXPECT_LE(histogram.memory(), 512U);
  for (int power = 0; power < 63; ++power) {
    histogram.add(Duration(std::int64_t{1} << power));
  }
  histogram.add(core::kForever);
  EXPECT_LE(histogram.memory(), 25U * 1024);
}

TEST(Histogram, IsAsNewAfterClear) {
  EXPECT_TRUE(rc::check("clear", [] {
    const auto before = *some_durations();
    const auto after = *some_durations();
    Histogram reused = histogram_of(before);
    reused.clear();
    for (const Duration value : after) {
      reused.add(value);
    }
    expect_same(reused, histogram_of(after));
  }));
}

TEST(Histogram, GoesOnAfterSaveAndLoad) {
  EXPECT_TRUE(rc::check("save and load", [] {
    const auto before = *some_durations();
    const auto after = *some_durations();
    Histogram kept = histogram_of(before);
    core::Writer out;
    kept.save(out);
    core::Reader in(out.bytes());
    auto loaded = Histogram::load(in);
    RC_ASSERT(loaded.has_value());
    RC_ASSERT(in.finish().has_value());
    for (const Duration value : after) {
      kept.add(value);
      loaded->add(value);
    }
    expect_same(kept, *loaded);
  }));
}

TEST(Histogram, RefusesDamagedBytes) {
  EXPECT_TRUE(rc::check("damage", [] {
    core::Writer out;
    histogram_of(*rc::gen::nonEmpty(some_durations())).save(out);
    std::vector<std::byte> bytes(out.bytes().begin(), out.bytes().end());
    bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size()));
    core::Reader in(bytes);
    RC_ASSERT_FALSE(Histogram::load(in).has_value());
  }));
  EXPECT_TRUE(rc::check("any bytes", [] {
    const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(
        rc::gen::elementOf(std::vector<std::uint8_t>{0, 0, 0, 1, 2, 255}));
    core::Reader in(std::as_bytes(std::span(bytes)));
    if (auto loaded = Histogram::load(in); loaded.has_value()) {
      RC_ASSERT(loaded->count() > 0 || !loaded->percentile(500).has_value());
    }
  }));
}

}  // namespace
}  // namespace fn::tests
