// SPDX-License-Identifier: Apache-2.0
//
// Goal: Huawei's minute tables become counted calls, means and limits of their neighbours become
// durations and memory, what is lacking is said and counted, and every fault is told in one line.

#include "sim/trace/huawei2023.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/scenario/trace_source.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/trace_input.h"
#include "tests/support/read_whole.h"

namespace fn::tests {

namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;
using Minutes = std::vector<core::TraceMinute>;

// Tables in memory: a day has the files N/requests, N/delays and N/memory, as far as they are here.
class Huawei2023 : public testing::Test {
 protected:
  core::Result<sim::TraceReaderPtr> open(int days = 1) {
    std::vector<sim::HuaweiDay> list;
    for (int day = 0; day < days; ++day) {
      const auto name = [this, day](const std::string& table) {
        const std::string path = std::to_string(day) + "/" + table;
        return files.contains(path) ? path : std::string();
      };
      list.push_back({name("requests"), name("delays"), name("memory")});
    }
    const auto from_memory = [this](const std::string& path) {
      return core::Result<core::ByteSourcePtr>(core::memory_bytes(path, files[path], false));
    };
    return sim::read_huawei2023(std::move(list), from_memory, options);
  }

  // Every count as "minute:function name=calls", or the error.
  std::string counts(int days = 1) {
    core::Result<sim::TraceReaderPtr> opened = open(days);
    if (!opened) {
      return opened.error().message;
    }
    reader = std::move(*opened);
    return counts_text(*reader);
  }

  [[nodiscard]] const core::TraceFunction& function(std::size_t number) const {
    return reader->head().functions.at(number);
  }

  std::map<std::string, std::string> files = {
      {"0/requests", "day,time,0,1\n0,0,2.0,NaN\n0,60,,5\n0,120,1,0.0\n"}};
  sim::TraceOptions options;
  sim::TraceReaderPtr reader;
};

TEST_F(Huawei2023, CountsCallsByMinuteAndFunction) {
  EXPECT_EQ(counts(), "0:0=2 1:1=5 2:0=1");
  EXPECT_EQ(function(0).tenant, "0");
  EXPECT_EQ(function(0).app, "0");
  EXPECT_EQ(function(1).app, "1");
  EXPECT_EQ(function(1).trigger, "http");
  EXPECT_EQ(reader->head().end_ns, 3 * core::kTraceMinuteNs);
  EXPECT_EQ(reader->head().trust.rows_skipped, 0U);
  EXPECT_TRUE(reader->warnings().empty());
}

TEST_F(Huawei2023, ReadsByteOrderMarksAndWindowsLineEnds) {
  files["0/requests"] =
      "\xef\xbb\xbf"
      "day,time,7\r\n0,0,1\r\n0,60,2\r\n";
  EXPECT_EQ(counts(), "0:7=1 1:7=2");
}

TEST_F(Huawei2023, WeighsMeanDurationsByCalls) {
  files["0/delays"] = "day,time,1,0,9\n0,0,NaN,100,1\n0,60,3,NaN,1\n0,120,8,400.0,1\n";
  EXPECT_EQ(counts(), "0:0=2 1:1=5 2:0=1");
  EXPECT_EQ(function(0).durations.average, 200ms);
  EXPECT_EQ(function(0).durations.maximum, 200ms);
  EXPECT_EQ(function(0).durations.quantiles.front(), 200ms);
  EXPECT_EQ(function(0).durations.quantiles.back(), 200ms);
  EXPECT_EQ(function(1).durations.average, 3ms);
  EXPECT_EQ(reader->head().trust.defaulted_durations, 0U);
}

TEST_F(Huawei2023, DelaysOfOtherMinutesAreNotUsed) {
  files["0/delays"] = "day,time,0,1\n0,120,400,1\n0,180,900,1\n";
  EXPECT_EQ(counts(), "0:0=2 1:1=5 2:0=1");
  EXPECT_EQ(function(0).durations.average, 400ms);
  EXPECT_EQ(function(1).durations.average, 100ms);
  EXPECT_EQ(reader->head().trust.defaulted_durations, 5U);
}

TEST_F(Huawei2023, TakesTheLargestMemoryLimit) {
  files["0/memory"] = "day,time,0,1\n0,0,128,NaN\n0,60,300.5,NaN\n0,120,200,NaN\n";
  options.default_memory = core::MemoryMib{512};
  counts();
  EXPECT_EQ(function(0).memory_mib, 301);
  EXPECT_EQ(function(1).memory_mib, 512);
  EXPECT_EQ(reader->head().trust.defaulted_memory, 1U);
}

TEST_F(Huawei2023, SaysWhatItAssumedWhereTablesAreMissing) {
  options.default_duration = 70ms;
  counts();
  EXPECT_EQ(function(0).durations.average, 70ms);
  EXPECT_EQ(reader->head().trust.defaulted_durations, 8U);
  EXPECT_EQ(reader->head().trust.defaulted_memory, 2U);
  ASSERT_EQ(reader->head().notes.size(), 3U);
  EXPECT_EQ(reader->head().notes[1], "every call runs 70 ms, for lack of function_delay_minute");
  EXPECT_EQ(reader->head().notes[2],
            "every container has 128 MiB, for lack of memory_limit_minute");
}

TEST_F(Huawei2023, ADayThatIsMissingIsAGap) {
  files["0/requests"] = "day,time,a,b\n0,86340,1,1\n";
  files["1/requests"] = "day,time,b,c\n2,172800,2,3\n";
  files["1/delays"] = "day,time,b\n2,172800,50\n";
  EXPECT_EQ(counts(2), "1439:a=1 1439:b=1 2880:b=2 2880:c=3");
  EXPECT_EQ(reader->head().begin_ns, 1439 * core::kTraceMinuteNs);
  EXPECT_EQ(reader->head().end_ns, 2881 * core::kTraceMinuteNs);
  EXPECT_EQ(function(1).calls, 3U);
  EXPECT_EQ(function(1).durations.average, 50ms);
  EXPECT_EQ(reader->head().trust.defaulted_durations, 4U);
  EXPECT_EQ(reader->head().notes.back(),
            "1440 minutes inside the trace have no row and so no calls");
}

TEST_F(Huawei2023, ADayThatContradictsItsTimeIsToldOnce) {
  files["0/requests"] = "day,time,a\n1,0,1\n1,60,1\n";
  EXPECT_EQ(counts(), "0:a=1 1:a=1");
  ASSERT_EQ(reader->warnings().size(), 1U);
  EXPECT_EQ(reader->warnings()[0],
            "0/requests: 2 rows have another day than their time; the time was believed");
}

TEST_F(Huawei2023, NamesTheCellThatIsNoCount) {
  const std::string expected =
      "0/requests:2: field b: expected a whole number of calls from 0 to 10000000, or NaN, found '";
  for (const std::string bad : {"12.5", "-1", "1000000000000000000", "x", "inf", "1e99", "NA"}) {
    files["0/requests"] = "day,time,a,b\n0,0,1," + bad + "\n";
    EXPECT_EQ(counts(), expected + bad + "'");
  }
}

TEST_F(Huawei2023, NamesWhatIsWrongWithARow) {
  const auto row = [this](const std::string& text) {
    files["0/requests"] = "day,time,a,b\n0,0,1,1\n" + text;
    return counts();
  };
  EXPECT_EQ(row("0,60,1\n"), "0/requests:3: expected 4 fields as in the header, found 3");
  EXPECT_EQ(row("0,60,1,1,1\n"), "0/requests:3: expected 4 fields as in the header, found more");
  const std::string later =
      "0/requests:3: field time: expected a minute later than 0 s, as rows "
      "and files are ordered by time, found ";
  EXPECT_EQ(row("0,0,1,1\n"), later + "'0'");
  EXPECT_EQ(row("60,0,1,1\n"), later + "'0'");
  const std::string full =
      "0/requests:3: field time: expected seconds since the trace's zero, a "
      "full minute (is this a table of minutes?), found ";
  EXPECT_EQ(row("0,1,1,1\n"), full + "'1'");
  EXPECT_EQ(row("0,-60,1,1\n"), full + "'-60'");
  EXPECT_EQ(row("0,NaN,1,1\n"), full + "'NaN'");
  EXPECT_EQ(row("x,60,1,1\n"),
            "0/requests:3: field day: expected a whole number of days, found 'x'");
  EXPECT_EQ(
      row("0,60,9000000,9000000\n"),
      "0/requests:3: expected at most 10000000 calls of all functions in a minute, found more");
  EXPECT_EQ(row("0,60,1,1"),
            "0/requests:3: expected a line break at the end of the file; it was cut, or lacks its "
            "last line break, found '0,60,1,1'");
}

TEST_F(Huawei2023, NamesWhatIsWrongWithAHeader) {
  const auto header = [this](const std::string& text) {
    files["0/requests"] = text;
    return counts();
  };
  EXPECT_EQ(header("day,time,a,a\n0,0,1,1\n"),
            "0/requests:1: field a: expected each function once in the header, found 'a'");
  EXPECT_EQ(header("day,time,,a\n"), "0/requests:1: field 3: expected a name, found ''");
  EXPECT_EQ(header("day,time\n0,0\n"),
            "0/requests:1: expected a column for each function behind day and time, found none");
  EXPECT_EQ(header("day,a,b\n"),
            "0/requests:1: field time: expected one column of this name in the header, found "
            "'day,a,b'");
  EXPECT_EQ(header("day,time,a\n"), "0/requests:2: expected at least one minute, found none");
  EXPECT_EQ(header(""), "0/requests:1: expected a header line, found an empty file");
}

TEST_F(Huawei2023, NamesTheFaultOfANeighbour) {
  files["0/delays"] = "day,time,0\n0,0,-5\n";
  EXPECT_EQ(counts(),
            "0/delays:2: field 0: expected milliseconds from 0 to 31 days, or NaN, found '-5'");
  files["0/delays"] = "day,time,0\n0,0,5\n";
  files["0/memory"] = "day,time,0\n0,0,1e18\n";
  EXPECT_EQ(counts(),
            "0/memory:2: field 0: expected megabytes from 0 to 16 Ti, or NaN, found '1e18'");
}

TEST_F(Huawei2023, LenientSkipsAndCountsRows) {
  options.lenient = true;
  files["0/requests"] = "day,time,a\n0,0,1\n0,60,x\n0,60,2\n0,60,3\n0,120,4";
  files["0/delays"] = "day,time,a\n0,0,oops\n0,60,30\n";
  EXPECT_EQ(counts(), "0:a=1 1:a=2");
  EXPECT_EQ(reader->head().trust.rows_skipped, 4U);
  EXPECT_EQ(function(0).durations.average, 30ms);
  ASSERT_EQ(reader->warnings().size(), 1U);
  EXPECT_EQ(reader->warnings()[0],
            "0/requests: skipped 4 malformed rows; the first: 0/requests:3: field a: expected a "
            "whole number of calls from 0 to 10000000, or NaN, found 'x'");
}

TEST_F(Huawei2023, MoreFunctionsThanAllowedAreRefused) {
  options.limits.functions = 1;
  EXPECT_EQ(counts(), "0/requests:1: expected at most 1 functions, found more");
}

TEST_F(Huawei2023, IsRecognisedByItsHeader) {
  EXPECT_EQ(sim::recognise("day,time,0,1\n"), sim::TraceFormat::kHuawei2023);
  EXPECT_EQ(sim::recognise("day,time,4711,x\n"), sim::TraceFormat::kHuawei2023);
  // Huawei's tables of 2025, which are others.
  EXPECT_EQ(sim::recognise("day,time,clusterName,funcName\n"), sim::TraceFormat::kCalls);
}

// A folder as published, with a day, its neighbours and a later day without them.
class HuaweiFolder : public testing::Test {
 public:
  HuaweiFolder() : folder(testing::TempDir() + "/huawei2023_test") {
    fs::remove_all(folder);
    write("requests_minute/day_000.csv", "day,time,0\n0,0,4\n");
    write("requests_minute/day_002.csv", "day,time,0\n2,172800,2\n");
    write("function_delay_minute/day_000.csv", "day,time,0\n0,0,20\n");
    write("memory_limit_minute/day_002.csv", "day,time,0\n2,172800,700\n");
  }

  HuaweiFolder(const HuaweiFolder&) = delete;
  HuaweiFolder& operator=(const HuaweiFolder&) = delete;

  ~HuaweiFolder() override { fs::remove_all(folder); }

 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(folder + "/" + name).parent_path());
    std::ofstream(folder + "/" + name) << text;
  }

  // "calls duration memory" of the one function, or the error.
  [[nodiscard]] std::string found(const std::string& path,
                                  sim::TraceFormat format = sim::TraceFormat::kAuto,
                                  const sim::TraceOptions& options = {}) const {
    core::Result<sim::TraceReaderPtr> reader =
        sim::open_trace_source({folder + path, format}, options);
    reader = reader ? sim::with_whole_head(std::move(*reader)) : std::move(reader);
    if (!reader) {
      return reader.error().message;
    }
    const core::Result<Minutes> minutes = read_whole(**reader);
    if (!minutes) {
      return minutes.error().message;
    }
    const core::TraceFunction& function = (*reader)->head().functions.at(0);
    return std::to_string(function.calls) + " " + std::to_string(function.durations.average / 1ms) +
           " " + std::to_string(function.memory_mib);
  }

  std::string folder;
};

TEST_F(HuaweiFolder, IsReadAsAFileAFolderOrTheWholeRelease) {
  EXPECT_EQ(found("/requests_minute/day_000.csv"), "4 20 128");
  EXPECT_EQ(found("/requests_minute/day_002.csv"), "2 100 700");
  EXPECT_EQ(found("/requests_minute"), "6 20 700");
  EXPECT_EQ(found("/requests_minute/"), "6 20 700");
  EXPECT_EQ(found(""), "6 20 700");
  EXPECT_EQ(found("/requests_minute", sim::TraceFormat::kHuawei2023), "6 20 700");
}

TEST_F(HuaweiFolder, IsCutWithItsDurations) {
  sim::TraceOptions options;
  options.from = "1m";
  EXPECT_EQ(found("", sim::TraceFormat::kAuto, options), "2 20 700");
}

TEST_F(HuaweiFolder, WithoutDaysIsRefused) {
  write("empty/README.md", "x");
  EXPECT_EQ(found("/empty", sim::TraceFormat::kHuawei2023),
            folder +
                "/empty: expected a folder with a CSV file for each day, such as "
                "requests_minute/day_000.csv, found none");
}

}  // namespace

}  // namespace fn::tests
