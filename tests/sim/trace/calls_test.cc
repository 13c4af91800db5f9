// SPDX-License-Identifier: Apache-2.0
//
// Goal: any per-call CSV becomes calls: times in every form, columns missing or computed, rows out
// of order, pipes and zstd; and what cannot be read is told in one line with its place.

#include "sim/trace/calls.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <zstd.h>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "sim/trace/trace_input.h"
#include "tests/sim/trace/trace_texts.h"
#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using sim::TraceOptions;

constexpr std::int64_t kMs = 1'000'000;

core::Result<WholeTrace> read_sample(const std::string& path) {
  auto source = core::open_bytes(traces_folder() + "/" + path);
  return source ? read_whole(sim::read_trace(std::move(*source), sim::TraceFormat::kAuto, {}))
                : core::Result<WholeTrace>(tl::unexpected(source.error()));
}

TEST(Calls, ReadsTheFirstRowsOfAzure2021Exactly) {
  FN_SKIP_WITHOUT_TRACES();
  const auto trace = read_sample("azure2021-excerpt/azure2021_first998.csv");
  ASSERT_TRUE(trace) << trace.error().message;
  const auto calls = trace->calls();
  EXPECT_EQ(calls.size(), 998U);
  EXPECT_EQ(trace->head.functions.size(), 49U);
  std::int64_t total = 0;
  for (const core::TraceCall& call : calls) {
    total += call.run_ns;
  }
  EXPECT_EQ((total + kMs / 2) / kMs, 24'782'782);
  EXPECT_EQ(trace->head.trust.out_of_order, 0U) << "its rows ascend by start";
  EXPECT_EQ(calls.front().start_ns / kMs, 1);
  EXPECT_EQ(calls.back().start_ns / (100 * kMs), 64'648);
}

TEST(Calls, ReadsTheLlmTracesExactly) {
  FN_SKIP_WITHOUT_TRACES();
  for (const auto& [path, rows, seconds] :
       {std::tuple("azure-llm-2023/AzureLLMInferenceTrace_code.csv", 8'819U, 3'436),
        std::tuple("azure-llm-2023/AzureLLMInferenceTrace_conv.csv", 19'366U, 3'502)}) {
    const auto trace = read_sample(path);
    ASSERT_TRUE(trace) << trace.error().message;
    const auto calls = trace->calls();
    EXPECT_EQ(calls.size(), rows);
    const std::int64_t span = calls.back().start_ns - calls.front().start_ns;
    EXPECT_EQ((span + 500 * kMs) / (1'000 * kMs), seconds);
  }
}

TEST(Calls, ReadsSeriesOfCountsExactly) {
  FN_SKIP_WITHOUT_TRACES();
  const std::string huawei = "huawei2025-coldstarts-aggregate/huawei2025_R";
  const std::vector<std::tuple<std::string, std::uint64_t, std::int64_t>> samples = {
      {"azure2019-aggregate/azure2019_total_invocations_per_minute.csv", 12'495'810'846, 20'160},
      {huawei + "1_coldstarts_per_minute.csv", 7'107'399, 44'640},
      {huawei + "2_coldstarts_per_minute.csv", 2'072'823, 44'640},
      {huawei + "3_coldstarts_per_minute.csv", 308'605, 44'640},
      {huawei + "4_coldstarts_per_minute.csv", 1'619'285, 44'640},
      {huawei + "5_coldstarts_per_minute.csv", 805'745, 44'640}};
  for (const auto& [path, calls, minutes] : samples) {
    const auto trace = read_sample(path);
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(trace->head.functions.at(0).calls, calls) << path;
    EXPECT_EQ(trace->head.end_ns, minutes * core::kTraceMinuteNs) << path;
    const auto counts = trace->per_minute();
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), calls) << path;
  }
}

TEST(Calls, TimesMayBeWrittenInEveryForm) {
  const std::string expected = "0 5000 f;1500 7000 f;";
  for (const char* text :
       {"start,duration,fn\n"
        "2023-11-15T18:00:00Z,5,f\n2023-11-15T18:00:00.0015Z,7,f\n",
        "start,duration,fn\n"
        "2023-11-15 18:00:00,5,f\n2023-11-15 18:00:00.001500,7,f\n",
        "start,duration_s,fn\n1700071200,0.005,f\n1700071200.0015,0.007,f\n",
        "start,duration,fn\n1700071200000,5,f\n1700071200001.5,7,f\n",
        "start,duration_us,fn\n1700071200000000,5000,f\n1700071200001500,7000,f\n",
        "ts,duration_ns,fn\n"
        "1700071200000000000,5000000,f\n1700071200001500000,7000000,f\n"}) {
    const auto trace = read_whole(read_text(text));
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(calls_text(*trace), expected) << text;
    EXPECT_EQ(trace->head.origin_unix_ns, 1'700'071'200'000 * kMs) << text;
  }
}

TEST(Calls, SmallTimesCountFromTheFilesOwnZero) {
  const auto trace = read_whole(read_text("start,duration,fn\n90,5,f\n90.5,5,f\n"));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->head.origin_unix_ns, 0);
  EXPECT_EQ(trace->minutes.at(0).number, 1);
  EXPECT_EQ(calls_text(*trace), "90000000 5000 f;90500000 5000 f;");
}

TEST(Calls, StartMayBeComputedFromTheEnd) {
  const auto by_duration = read_whole(read_text("end,duration_s,fn\n10.5,0.5,f\n12,1,g\n"));
  ASSERT_TRUE(by_duration) << by_duration.error().message;
  EXPECT_EQ(calls_text(*by_duration), "10000000 500000 f;11000000 1000000 g;");
  const auto by_both = read_whole(read_text("start,end,fn\n10,10.5,f\n11,12,g\n"));
  ASSERT_TRUE(by_both);
  EXPECT_EQ(calls_text(*by_both), "10000000 500000 f;11000000 1000000 g;");
}

TEST(Calls, SaysWhatItAssumedAboutMissingColumns) {
  TraceOptions options;
  options.default_duration = std::chrono::milliseconds(250);
  options.default_memory = core::MemoryMib{512};
  const auto trace = read_whole(read_text("ts\n1\n2\n", options));
  ASSERT_TRUE(trace);
  EXPECT_EQ(calls_text(*trace), "1000000 250000 default;2000000 250000 default;");
  EXPECT_EQ(trace->head.functions.at(0).memory_mib, 512);
  EXPECT_EQ(trace->head.functions.at(0).tenant, "default");
  EXPECT_EQ(
      trace->head.notes.at(0),
      "columns: start=ts (a number of seconds); every call runs 250 ms, for lack of durations; "
      "every container has 512 MiB, for lack of memory; one tenant, for lack of others");
  EXPECT_EQ(trace->head.trust.defaulted_durations, 2U);
  EXPECT_EQ(trace->head.trust.defaulted_memory, 1U);
}

TEST(Calls, AFunctionHasTheLargestMemoryOfItsCalls) {
  const auto trace = read_whole(read_text("ts,fn,memory_mb\n1,f,100\n2,f,128.5\n3,f,64\n"));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->head.functions.at(0).memory_mib, 129);
}

TEST(Calls, EqualNamesOfDifferentTenantsAreDifferentFunctions) {
  const auto trace = read_whole(read_text("ts,tenant,fn\n1,ann,f\n2,bob,f\n3,ann,g\n"));
  ASSERT_TRUE(trace);
  ASSERT_EQ(trace->head.functions.size(), 3U);
  EXPECT_EQ(sim::function_ids(trace->head.functions),
            (std::vector<std::string>{"ann/default/f", "bob/default/f", "g"}));
}

TEST(Calls, FieldsMayStandInQuotes) {
  const auto trace =
      read_whole(read_text("\"ts\",\"fn\",note\n1,\"a,b\",\"he said \"\"hi\"\"\"\n\"2\",g,\"\"\n"));
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(calls_text(*trace), "1000000 100000 a,b;2000000 100000 g;");
}

TEST(Calls, LineEndsAndByteOrderMarksDoNotMatter) {
  const auto trace = read_whole(read_text("\xef\xbb\xbfts,fn\r\n1,f\r\n2,g\r\n"));
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(calls_text(*trace), "1000000 100000 f;2000000 100000 g;");
}

TEST(Calls, ALastRowWithoutLineBreakIsTakenWithAWarning) {
  const auto trace = read_whole(read_text("ts,fn\n1,f\n2,g"));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->calls().size(), 2U);
  ASSERT_EQ(trace->warnings.size(), 1U);
  EXPECT_EQ(trace->warnings.at(0),
            "calls.csv: the last row has no line break; if the file was cut there, its last number "
            "may be wrong");
}

TEST(Calls, RowsMayStandOutOfOrder) {
  core::Rng rng(5);
  std::vector<std::string> rows;
  rows.reserve(5'000);
  for (int row = 0; row < 5'000; ++row) {
    rows.push_back(std::to_string(rng.below(600'000)) + "," + std::to_string(rng.below(1'000)) +
                   ",f" + std::to_string(rng.below(7)) + "\n");
  }
  const auto text_of = [&rows] {
    std::string text = "start_ms,duration,fn\n";
    for (const std::string& row : rows) {
      text += row;
    }
    return text;
  };
  std::sort(rows.begin(), rows.end(), [](const std::string& left, const std::string& right) {
    return std::stoi(left) < std::stoi(right);
  });
  const auto sorted = read_whole(read_text(text_of()));
  for (std::size_t left = rows.size(); left > 1; --left) {
    std::swap(rows[left - 1], rows[rng.below(left)]);
  }
  const auto shuffled = read_whole(read_text(text_of()));
  ASSERT_TRUE(sorted && shuffled);
  EXPECT_EQ(sorted->per_minute(), shuffled->per_minute());
  EXPECT_GT(shuffled->head.trust.out_of_order, 4'000U);
  std::vector<std::string> left;
  std::vector<std::string> right;
  for (const auto& [trace, out] : {std::pair(&*sorted, &left), std::pair(&*shuffled, &right)}) {
    for (const core::TraceCall& call : trace->calls()) {
      out->push_back(std::to_string(call.start_ns) + " " +
                     trace->head.functions[call.function].name + " " + std::to_string(call.run_ns));
    }
    std::sort(out->begin(), out->end());
  }
  EXPECT_EQ(left, right);
}

TEST(Calls, ARowThatIsTooLateIsRefusedWithItsLine) {
  std::string text = "start_ms\n";
  for (int row = 0; row < 2'000'001; ++row) {
    text += std::to_string(1'000 + row) + "\n";
  }
  text += "5\n";
  EXPECT_EQ(
      error_of_calls(text),
      "calls.csv:2000003: expected calls ordered by start, or at most 1000000 rows late; sort "
      "the file by its start column, found a start that is earlier than that");
}

TEST(Calls, PipesAndZstdReadAlike) {
  const std::string text = "ts,duration,fn\n1,5,f\n2,6,g\n70,7,f\n";
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  const auto plain = read_whole(read_text(text, {}, true));
  const auto piped = read_whole(read_text(text, {}, false));
  const auto unpacked =
      read_whole(sim::read_calls(core::unpack_zstd(core::memory_bytes("x", packed, false)), {}));
  ASSERT_TRUE(plain && piped && unpacked);
  EXPECT_EQ(calls_text(*plain), calls_text(*piped));
  EXPECT_EQ(calls_text(*plain), calls_text(*unpacked));
  EXPECT_EQ(plain->head.sha256, unpacked->head.sha256);
}

TEST(Calls, CountsRowsThatRepeatAnother) {
  const auto trace = read_whole(read_text("ts,duration,fn\n1,5,f\n1,5,f\n1,6,f\n2,5,f\n1,5,f\n"));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->head.trust.duplicates, 2U);
  EXPECT_EQ(trace->head.trust.out_of_order, 1U);
  EXPECT_EQ(trace->calls().size(), 5U);
}

struct Bad {
  std::string text;
  std::string message;
};

TEST(Calls, SaysInOneLineWhatIsWrong) {
  const std::string header = "ts,duration,fn\n";
  const std::vector<Bad> cases = {
      {"", "calls.csv:1: expected a header line, found an empty file"},
      {header, "calls.csv:2: expected at least one call, found none"},
      {"a,b\n1,2\n",
       "calls.csv:1: expected a column of start times; name it with --columns start=COLUMN, found "
       "'a,b'"},
      {"ts,ts\n1,2\n",
       "calls.csv:1: field ts: expected one column of this name in the header, found 'ts,ts'"},
      {header + "1,5\n", "calls.csv:2: expected 3 fields as in the header, found 2"},
      {header + "1,5,f,g\n", "calls.csv:2: expected 3 fields as in the header, found more"},
      {header + "1,NaN,f\n",
       "calls.csv:2: field duration: expected a duration from 0 to a year, found 'NaN'"},
      {header + "1,-5,f\n",
       "calls.csv:2: field duration: expected a duration from 0 to a year, found '-5'"},
      {header + "1,1000000000000000000,f\n",
       "calls.csv:2: field duration: expected a duration from 0 to a year, found "
       "'1000000000000000000'"},
      {header + "f,5,1\n",
       "calls.csv:2: field ts: expected a time such as 2024-01-31T23:59:59.5Z, or a number, found "
       "'f'"},
      {header + "1,5,f\nx,5,f\n",
       "calls.csv:3: field ts: expected a time as a number of seconds since 1970, found 'x'"},
      {header + "2023-11-15T18:00:00Z,5,f\n2023-11-15T18:00:01,5,f\n",
       "calls.csv:3: field ts: expected a time zone as in the first row, found "
       "'2023-11-15T18:00:01'"},
      {header + "2023-11-15T18:00:00,5,f\n2023-11-15T18:00:01Z,5,f\n",
       "calls.csv:3: field ts: expected no time zone, as in the first row, found "
       "'2023-11-15T18:00:01Z'"},
      {header + "1,5,\n", "calls.csv:2: field fn: expected a name, found ''"},
      {header + "1,5,\"f\n",
       "calls.csv:2: expected a quoted field that ends on its line, found '1,5,\"f'"},
      {header + "1,5,\"f\"x\n",
       "calls.csv:2: expected a comma behind a quoted field, found '1,5,\"f\"x'"},
      {"start,end,fn\n5,4,f\n",
       "calls.csv:2: field end: expected an end that is not before the start, found '4'"},
      {"end,duration_s,fn\n5,6,f\n",
       "calls.csv:2: field end: expected an end that is not smaller than the duration, found '5'"},
      {"ts,memory\n1,x\n",
       "calls.csv:2: field memory: expected an amount of memory from 0 to 16 TiB, found 'x'"},
      {"ts,count\n1,1.5\n",
       "calls.csv:2: field count: expected a whole number of calls from 0 to 10000000, found "
       "'1.5'"},
      {header + "1,5,f" + std::string(1, '\0') + "\n",
       "calls.csv:2: expected text without zero bytes, found '1,5,f\\x00'"},
  };
  for (const Bad& bad : cases) {
    EXPECT_EQ(error_of_calls(bad.text), bad.message) << bad.text;
  }
}

TEST(Calls, LenientSkipsAndCountsMalformedRows) {
  TraceOptions options;
  options.lenient = true;
  const auto trace =
      read_whole(read_text("start,end,fn\n1,2,f\n3,x,f\n5,4,f\n6,7,\n8,9,f\n", options));
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(calls_text(*trace), "1000000 1000000 f;8000000 1000000 f;");
  EXPECT_EQ(trace->head.trust.rows_skipped, 3U);
  EXPECT_EQ(trace->head.trust.end_before_start, 1U);
  EXPECT_EQ(trace->warnings.at(0),
            "calls.csv: skipped 3 malformed rows; the first: calls.csv:3: field end: expected a "
            "time as a number of seconds since 1970, found 'x'");
}

}  // namespace
}  // namespace fn::tests
