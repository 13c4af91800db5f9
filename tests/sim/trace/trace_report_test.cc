// SPDX-License-Identifier: Apache-2.0
//
// Goal: an inspection tells sizes, rates, shares, gaps, durations and load as they are, and names
// every doubt with its count.

#include "sim/report/trace_report.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "sim/report/text.h"
#include "tests/sim/trace/trace_texts.h"
#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

struct Inspected {
  core::TraceHead head;
  sim::TraceStatistics statistics;
};

Inspected inspect(core::Result<sim::TraceReaderPtr> reader) {
  EXPECT_TRUE(reader) << reader.error().message;
  auto statistics = sim::gather(**reader, core::MemoryMib{1'000});
  EXPECT_TRUE(statistics);
  return {(*reader)->head(), std::move(*statistics)};
}

TEST(TraceStatistics, CountsWhatASmallTraceHolds) {
  const auto [head, statistics] = inspect(
      read_text("start,tenant,app,fn,duration_s,memory\n"
                "0,ann,shop,cart,120,500\n30,ann,shop,cart,30,500\n60,ann,shop,cart,60,500\n"
                "90,bob,mail,send,1,100\n"));
  EXPECT_EQ(statistics.calls, 4U);
  EXPECT_EQ(statistics.tenants, 2U);
  EXPECT_EQ(statistics.apps, 2U);
  EXPECT_EQ(statistics.minutes, 2U);
  EXPECT_EQ(statistics.busiest_minute, 2U);
  EXPECT_EQ(statistics.rate, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_DOUBLE_EQ(statistics.largest_shares[0], 0.75);
  ASSERT_TRUE(statistics.gaps && statistics.durations);
  EXPECT_NEAR(statistics.gaps->ms[2], 30'000, 300);
  EXPECT_NEAR(statistics.durations->ms.back(), 120'000, 1'200);
  ASSERT_EQ(statistics.loads.size(), 2U);
  EXPECT_EQ(statistics.loads[0].tenant, "ann");
  // 210 s of 500 MiB in 120 s, in runners of 1,000 MiB; two calls run all through the second
  // minute.
  EXPECT_NEAR(statistics.loads[0].mean_runners, 0.875, 1e-9);
  EXPECT_NEAR(statistics.loads[0].peak_runners, 1.0, 1e-9);
}

TEST(TraceStatistics, WeighsCountedCallsAsARunDrawsThem) {
  const auto [head, statistics] = inspect(sim::read_azure2019(sources_of(small_trace()), {}));
  EXPECT_EQ(statistics.calls, 10U);
  EXPECT_EQ(statistics.counted_calls, 10U);
  EXPECT_EQ(statistics.triggers.at("http").calls, 6U);
  EXPECT_EQ(statistics.triggers.at("timer").functions, 1U);
  // Four of ten calls are those of a function of 1 to 3 s, five have a median of 0.1 s.
  EXPECT_NEAR(statistics.durations->ms[2], 250, 150);
  EXPECT_NEAR(statistics.durations->ms.back(), 3'000, 50);
}

TEST(TraceReport, EveryLineFitsIntoAHundredColumns) {
  const auto [head, statistics] = inspect(read_text("ts,fn\n1,f\n61,g\n"));
  for (const bool unicode : {true, false}) {
    const std::string text =
        sim::trace_text(head, statistics, core::MemoryMib{4096}, {.unicode = unicode});
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      EXPECT_LE(sim::display_width(std::string_view(text).substr(begin, end - begin)), 100U);
      begin = end + 1;
    }
    const bool ascii = std::all_of(text.begin(), text.end(), [](char byte) { return byte >= 0; });
    EXPECT_EQ(ascii, !unicode);
  }
}

TEST(TraceReport, NamesEveryDoubtWithItsCount) {
  const auto [head, statistics] =
      inspect(read_text("ts,fn,duration\n1,f,0\n1,f,0\n9,g,1\n5,g,2\n"));
  const std::string text = sim::trace_text(head, statistics, core::MemoryMib{4096}, {});
  EXPECT_NE(text.find("1 duplicates: rows that repeat another"), std::string::npos) << text;
  EXPECT_NE(text.find("1 out_of_order: "), std::string::npos);
  EXPECT_NE(text.find("2 zero_durations: "), std::string::npos);
  EXPECT_NE(text.find("2 defaulted_memory: "), std::string::npos);
  EXPECT_EQ(text.find("minute_bins"), std::string::npos);
}

TEST(TraceReport, JsonHoldsTheSame) {
  const auto [head, statistics] = inspect(sim::read_azure2019(sources_of(small_trace()), {}));
  const auto json = nlohmann::json::parse(sim::trace_json(head, statistics, core::MemoryMib{4096}));
  EXPECT_EQ(json.at("schema"), "fnsim.trace/1");
  EXPECT_EQ(json.at("calls"), 10);
  EXPECT_EQ(json.at("functions"), 3);
  EXPECT_EQ(json.at("offered_load").size(), 2U);
  EXPECT_EQ(json.at("trust").back().at("kind"), "minute_bins");
  EXPECT_EQ(json.at("trust").back().at("count"), 10);
}

}  // namespace
}  // namespace fn::tests
