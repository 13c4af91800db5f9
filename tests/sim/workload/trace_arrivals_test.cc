// SPDX-License-Identifier: Apache-2.0
//
// Goal: the counts of a minute become calls at the right times, in one total order, with durations
// from the published quantiles; and replaying needs memory for functions, not for the trace.

#include "sim/workload/trace_arrivals.h"

#include <algorithm>
#include <cmath>
#include <malloc.h>
#include <numeric>

#include <gtest/gtest.h>

#include "sim/trace/quantiles.h"
#include "tests/sim/workload/trace_support.h"

#if defined(__SANITIZE_ADDRESS__)
#define FN_UNDER_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FN_UNDER_ADDRESS_SANITIZER
#endif
#endif
#ifdef FN_UNDER_ADDRESS_SANITIZER
// Debian's g++ has this function, but not the header that declares it; the name is the sanitizer's.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using sim::Arrival;
using sim::Spread;
using sim::TraceOptions;
using sim::Workload;

std::vector<std::int64_t> times_of(const TraceText& text, Spread spread) {
  TraceOptions options;
  options.spread = spread;
  core::Result<Workload> workload = open_text(text, options);
  std::vector<std::int64_t> times;
  for (const Arrival& arrival : drain(*workload->groups.at(0).arrivals)) {
    times.push_back(core::to_ns(arrival.at));
  }
  return times;
}

// One function, `counts` for the minutes from 1 on.
TraceText one_function(const std::vector<std::uint64_t>& counts) {
  TraceText text;
  text.inv = "HashOwner,HashApp,HashFunction";
  std::string row = "o,a,f";
  for (std::size_t minute = 0; minute < counts.size(); ++minute) {
    text.inv += "," + std::to_string(minute + 1);
    row += "," + std::to_string(counts[minute]);
  }
  text.inv += "\n" + row + "\n";
  text.run = kRunHeader + "o,a,f,150,9,50,1000,100,200,300,400,500,600,1000\n";
  text.mem = kMemHeader + "o,a,f,128\n";
  return text;
}

TEST(TraceArrivals, MidpointCutsToWholeMicroseconds) {
  // 30 s / 7 = 4285714.28 us; the second minute of the trace is empty.
  EXPECT_EQ(times_of(one_function({7, 0, 1}), Spread::kMidpoint),
            (std::vector<std::int64_t>{4'285'714'000,
                                       12'857'142'000,
                                       21'428'571'000,
                                       30'000'000'000,
                                       38'571'428'000,
                                       47'142'857'000,
                                       55'714'285'000,
                                       150'000'000'000}));
}

TEST(TraceArrivals, EvenAndStartLieWhereTheySay) {
  EXPECT_EQ(times_of(one_function({3, 2}), Spread::kEven),
            (std::vector<std::int64_t>{
                0, 20'000'000'000, 40'000'000'000, 60'000'000'000, 90'000'000'000}));
  EXPECT_EQ(times_of(one_function({3, 2}), Spread::kStart),
            (std::vector<std::int64_t>{0, 0, 0, 60'000'000'000, 60'000'000'000}));
}

TEST(TraceArrivals, UniformFillsTheMinuteEvenly) {
  constexpr std::uint64_t kCalls = 100'000;
  const std::vector<std::int64_t> times = times_of(one_function({0, kCalls}), Spread::kUniform);
  ASSERT_EQ(times.size(), kCalls);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  double distance = 0;
  for (std::size_t index = 0; index < times.size(); ++index) {
    const double share = static_cast<double>(times[index] - 60'000'000'000) / 6e10;
    distance = std::max(distance, std::abs(share - static_cast<double>(index) / kCalls));
  }
  EXPECT_LT(distance * std::sqrt(kCalls), 1.95);
}

TEST(TraceArrivals, AnotherSeedMovesTheCalls) {
  TraceOptions options;
  core::Result<Workload> one = open_text(small_trace(), options);
  core::Result<Workload> again = open_text(small_trace(), options);
  options.seed = 2;
  core::Result<Workload> two = open_text(small_trace(), options);
  const std::vector<Arrival> first = drain(*one->groups[0].arrivals);
  EXPECT_TRUE(same(first, drain(*again->groups[0].arrivals)));
  EXPECT_FALSE(same(first, drain(*two->groups[0].arrivals)));
}

TEST(TraceArrivals, TheSliceDoesNotMatter) {
  for (const Spread spread : {Spread::kUniform, Spread::kEven, Spread::kStart}) {
    TraceOptions options;
    options.spread = spread;
    core::Result<Workload> by_minute = open_text(small_trace(), options);
    const std::vector<Arrival> expected = drain(*by_minute->groups[0].arrivals);
    EXPECT_EQ(expected.size(), 10U);
    for (const core::Duration slice :
         {core::Duration(7s), core::Duration(90s), core::Duration(1h)}) {
      core::Result<Workload> other = open_text(small_trace(), options);
      EXPECT_TRUE(same(expected, drain(*other->groups[0].arrivals, slice)));
    }
  }
}

TEST(TraceArrivals, HandsOutNothingFromUntilOn) {
  core::Result<Workload> workload = open_text(one_function({2}), [] {
    TraceOptions options;
    options.spread = Spread::kEven;
    return options;
  }());
  sim::ArrivalSource& source = *workload->groups[0].arrivals;
  std::vector<Arrival> out;
  source.fill(core::Instant(30s), out);
  EXPECT_EQ(out.size(), 1U);
  EXPECT_FALSE(source.exhausted());
  source.fill(core::Instant(30s) + 1ns, out);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[1].index, 1U);
  EXPECT_TRUE(source.exhausted());
}

TEST(TraceArrivals, AverageRunsGiveTheMaximumToFirstRuns) {
  TraceOptions options;
  options.durations = sim::DurationSource::kAverage;
  core::Result<Workload> workload = open_text(small_trace(), options);
  const sim::GroupWorkload& group = workload->groups[0];
  for (const Arrival& arrival : drain(*group.arrivals)) {
    const core::Duration run = arrival.function.value == 0   ? 100ms
                               : arrival.function.value == 1 ? 1ms
                                                             : 2000ms;
    const core::Duration first = arrival.function.value == 0   ? 400ms
                                 : arrival.function.value == 1 ? 1ms
                                                               : 3000ms;
    EXPECT_EQ(arrival.run, run);
    EXPECT_EQ(arrival.first_run, first);
    EXPECT_EQ(group.functions[arrival.function.value].cold_overhead, first - run);
  }
}

TEST(TraceArrivals, QuantilesAreJoinedByStraightLines) {
  core::FunctionDurations durations;
  durations.quantiles = {0ms, 10ms, 100ms, 200ms, 400ms, 1000ms, 5000ms};
  EXPECT_EQ(sim::quantile(durations, 0), 1ms);
  EXPECT_EQ(sim::quantile(durations, 0.005), 5ms);
  EXPECT_EQ(sim::quantile(durations, 0.25), 100ms);
  EXPECT_EQ(sim::quantile(durations, 0.375), 150ms);
  EXPECT_EQ(sim::quantile(durations, 0.625), 300ms);
  EXPECT_EQ(sim::quantile(durations, 0.87), 700ms);
  EXPECT_EQ(sim::quantile(durations, 1), 5000ms);
  EXPECT_EQ(sim::from_ms(0.5), 500us);
}

TEST(TraceArrivals, DrawnRunsFollowTheQuantiles) {
  core::Result<Workload> workload = open_text(one_function({100'000}));
  std::vector<core::Duration> runs;
  for (const Arrival& arrival : drain(*workload->groups[0].arrivals)) {
    EXPECT_EQ(arrival.run, arrival.first_run);
    runs.push_back(arrival.run);
  }
  std::sort(runs.begin(), runs.end());
  const auto at = [&](double share) {
    return std::chrono::duration<double>(runs[static_cast<std::size_t>(share * 1e5)]).count();
  };
  EXPECT_NEAR(at(0.01), 0.2, 0.01);
  EXPECT_NEAR(at(0.25), 0.3, 0.003);
  EXPECT_NEAR(at(0.5), 0.4, 0.003);
  EXPECT_NEAR(at(0.75), 0.5, 0.003);
  EXPECT_NEAR(at(0.99), 0.6, 0.01);
  EXPECT_GE(runs.front(), 100ms);
  EXPECT_LE(runs.back(), 1000ms);
}

TEST(TraceArrivals, LongRowsAreReadInPieces) {
  // Counts of all widths, so that every one of them is cut by the end of some buffer.
  std::vector<std::uint64_t> counts;
  for (std::uint64_t minute = 0; minute < 4'000; ++minute) {
    counts.push_back(minute % 97 == 0 ? minute : minute % 11);
  }
  core::Result<Workload> workload = open_text(one_function(counts));
  std::vector<std::uint64_t> seen(counts.size());
  for (const Arrival& arrival : drain(*workload->groups[0].arrivals)) {
    ++seen[static_cast<std::size_t>(core::to_ns(arrival.at) / 60'000'000'000)];
  }
  EXPECT_EQ(seen, counts);
}

// A trace whose bytes change after the first pass.
class ChangingBytes final : public core::ByteSource {
 public:
  ChangingBytes(std::string before, std::string after)
      : ByteSource("inv.csv"), before_(std::move(before)), after_(std::move(after)) {}

  core::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    const std::string& text = changed ? after_ : before_;
    const std::size_t from = std::min<std::size_t>(offset, text.size());
    return text.copy(into.data(), into.size(), from);
  }

  mutable bool changed = false;

 private:
  std::string before_;
  std::string after_;
};

TEST(TraceArrivals, AFileThatChangesWhileItIsReplayedEndsTheReplay) {
  TraceText text = one_function({3, 3, 3});
  // Behind the row of f comes one whose names could be taken for counts.
  text.inv += "1,1,1,0,0,0\n";
  for (const std::string& after : {replaced(text.inv, "3,3,3", "3,4,3"),
                                   replaced(text.inv, "3,3,3", "3,3,2"),
                                   replaced(text.inv, "3,3,3", "3,x,3"),
                                   text.inv.substr(0, text.inv.find(",3,3\n")),
                                   replaced(text.inv, "3,3,3", "99999999999999999999999")}) {
    sim::TraceSources sources = sources_of(text);
    const auto changing = std::make_shared<ChangingBytes>(text.inv, after);
    sources.inv = changing;
    core::Result<Workload> workload = open_sources(sources, {});
    ASSERT_TRUE(workload);
    changing->changed = true;
    sim::ArrivalSource& source = *workload->groups[0].arrivals;
    EXPECT_LT(drain(source).size(), 9U);
    ASSERT_FALSE(source.status());
    EXPECT_EQ(source.status().error().message,
              "inv.csv: changed while it was being replayed; run again");
  }
}

// What the program holds at this moment.
std::size_t bytes_in_use() {
#ifdef FN_UNDER_ADDRESS_SANITIZER
  return __sanitizer_get_current_allocated_bytes();
#else
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

TEST(TraceArrivals, MemoryDoesNotGrowWithTheLengthOfTheTrace) {
  // 50 functions over two weeks: some 2 MB of text and half a million calls.
  TraceText text;
  text.inv = "HashOwner,HashApp,HashFunction";
  for (int minute = 1; minute <= 20'160; ++minute) {
    text.inv += "," + std::to_string(minute);
  }
  text.inv += "\n";
  text.run = kRunHeader;
  text.mem = kMemHeader;
  for (int function = 0; function < 50; ++function) {
    const std::string id = "o,a,f" + std::to_string(function);
    text.inv += id;
    for (int minute = 0; minute < 20'160; ++minute) {
      text.inv += (minute + function) % 2 == 0 ? ",1" : ",0";
    }
    text.inv += "\n";
    text.run += id + ",9,9,9,9,9,9,9,9,9,9,9\n";
    text.mem += id + ",128\n";
  }
  const sim::TraceSources sources = sources_of(text);
  const std::size_t before = bytes_in_use();
  core::Result<Workload> workload = open_sources(sources, {});
  ASSERT_TRUE(workload) << workload.error().message;
  sim::ArrivalSource& source = *workload->groups[0].arrivals;
  std::vector<Arrival> out;
  std::size_t calls = 0;
  std::size_t most = 0;
  for (core::Instant until{1min}; !source.exhausted(); until += 1min) {
    out.clear();
    source.fill(until, out);
    calls += out.size();
    most = std::max(most, bytes_in_use() - before);
  }
  EXPECT_EQ(calls, 504'000U);
  // Of each function: 500 bytes of its row, 32 minutes of counts, names, streams; not its 20,160
  // minutes.
  EXPECT_LT(most, 50U * 1'400U);
}

}  // namespace
}  // namespace fn::tests
