// SPDX-License-Identifier: Apache-2.0
//
// Goal: a FaaSRail specification becomes counted calls with a mean duration each, under readable
// names; every fault is told in one line.

#include "sim/trace/faasrail.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/trace/trace_input.h"
#include "tests/support/read_whole.h"

namespace fn::tests {

namespace {

using namespace std::chrono_literals;

// As Python's csv writes the published one.
const std::string kVideo =
    R"("{""mean"": 1624.0, ""bench"": ""video-91b"", ""payload"": ""{\""bench\"": 1}""}")";
const std::string kHeader = "avg,mapped_wreq,1-288,289-576,577-864\r\n";

class Faasrail : public testing::Test {
 protected:
  // Every count as "minute:function name=calls", or the error.
  std::string read(const std::string& text, bool seekable = true) {
    core::Result<sim::TraceReaderPtr> opened = sim::read_trace(
        core::memory_bytes("spec.csv", text, seekable), sim::TraceFormat::kFaasrail, options);
    if (!opened) {
      return opened.error().message;
    }
    reader = std::move(*opened);
    return counts_text(*reader);
  }

  std::string row_error(const std::string& row) { return read(kHeader + row + "\r\n"); }

  sim::TraceOptions options;
  sim::TraceReaderPtr reader;
};

TEST_F(Faasrail, AColumnIsAMinuteWhateverRangeItStandsFor) {
  const std::string text =
      kHeader + "1633," + kVideo + ",107,0,3\r\n0.0,\"{\"\"mean\"\": 0.0}\",0,12,0\r\n";
  const std::string counts = "0:video-91b-1=107 1:function-2=12 2:video-91b-1=3";
  EXPECT_EQ(read(text), counts);
  EXPECT_EQ(read(text, false), counts);
  const core::TraceHead& head = reader->head();
  EXPECT_TRUE(reader->whole_head());
  EXPECT_EQ(head.functions[0].app, "video-91b");
  EXPECT_EQ(head.functions[0].durations.quantiles.front(), 1633ms);
  EXPECT_EQ(head.functions[0].durations.maximum, 1633ms);
  EXPECT_EQ(head.functions[0].memory_mib, 128);
  EXPECT_EQ(head.trust.zero_durations, 1U);
  EXPECT_EQ(head.trust.defaulted_memory, 2U);
  EXPECT_EQ(head.end_ns, 3 * core::kTraceMinuteNs);
  EXPECT_EQ(head.notes.size(), 3U);
}

TEST_F(Faasrail, ReadsMinutesByNumberAndAByteOrderMark) {
  EXPECT_EQ(read("\xef\xbb\xbf"
                 "avg,mapped_wreq,540,541\n7.5,{},1,2\n"),
            "0:function-1=1 1:function-1=2");
  EXPECT_EQ(reader->head().notes.size(), 2U);
}

TEST_F(Faasrail, RowsOfOneWorkloadAreFunctionsOfTheirOwn) {
  EXPECT_EQ(read(kHeader + "1," + kVideo + ",1,0,0\r\n2," + kVideo + ",1,0,0\r\n1," + kVideo +
                 ",1,0,0\r\n"),
            "0:video-91b-1=1 0:video-91b-2=1 0:video-91b-3=1");
  EXPECT_EQ(reader->head().trust.duplicates, 1U);
  ASSERT_EQ(reader->warnings().size(), 1U);
}

TEST_F(Faasrail, NamesTheCellThatIsWrong) {
  const std::string count =
      "spec.csv:2: field 289-576: expected a whole number of calls from 0 to 10000000, found '";
  for (const std::string bad : {"-1", "1.0", "NaN", "", "1000000000000000000", "x"}) {
    EXPECT_EQ(row_error("1,{},0," + bad + ",0"), count + bad + "'");
  }
  const std::string average =
      "spec.csv:2: field avg: expected milliseconds from 0 to 31 days, found '";
  for (const std::string bad : {"-1", "nan", "", "1e18", "{}"}) {
    EXPECT_EQ(row_error(bad + ",{},0,1,0"), average + bad + "'");
  }
  EXPECT_EQ(
      row_error("1,2,0,1,0"),
      "spec.csv:2: field mapped_wreq: expected a workload as JSON, {\"bench\": ...}, found '2'");
  EXPECT_EQ(row_error("1,{},0,\"1\",0"),
            "spec.csv:2: field 1-288: expected counts without quotes, found '1,{},0,\"1\",0'");
  EXPECT_EQ(read(kHeader + "1,{},9000000,0,0\n1,{},9000000,0,0\n"),
            "spec.csv:3: field 1-288: expected at most 10000000 calls of all functions in one "
            "minute, found more");
}

TEST_F(Faasrail, NamesWhatIsWrongWithARow) {
  EXPECT_EQ(row_error("1,{},0,1"), "spec.csv:2: expected 5 fields as in the header, found 4");
  EXPECT_EQ(row_error("1,{},0,1,0,0"),
            "spec.csv:2: expected 5 fields as in the header, found more");
  EXPECT_EQ(row_error("1,\"{,0,1,0"),
            "spec.csv:2: expected a quoted field that ends on its line, found '1,\"{,0,1,0'");
  EXPECT_EQ(read(kHeader + "1,{},0,1,0"),
            "spec.csv:2: expected a line break at the end of the file; it was cut, or lacks its "
            "last line break, found '1,{},0,1,0'");
  EXPECT_EQ(read(kHeader), "spec.csv:2: expected at least one function, found none");
}

TEST_F(Faasrail, NamesWhatIsWrongWithAHeader) {
  EXPECT_EQ(read("mapped_wreq,avg,1\n"),
            "spec.csv:1: expected avg,mapped_wreq and a column for each minute, found "
            "'mapped_wreq,avg,1'");
  EXPECT_EQ(read("avg,mapped_wreq,x\n"),
            "spec.csv:1: field 3: expected a minute such as 1 or 1-288, found 'x'");
  EXPECT_EQ(read("avg,mapped_wreq,5-1\n"),
            "spec.csv:1: field 3: expected a minute such as 1 or 1-288, found '5-1'");
  EXPECT_EQ(read("avg,mapped_wreq,1-4,6\n"),
            "spec.csv:1: field 4: expected the minutes from 5 on, found '6'");
}

TEST_F(Faasrail, LenientSkipsAndCountsRows) {
  options.lenient = true;
  EXPECT_EQ(read(kHeader + "x,{},1,1,1\n1,{},0,2,0\n1,{},1,1\n3,{},1,1,1"), "1:function-2=2");
  EXPECT_EQ(reader->head().trust.rows_skipped, 3U);
  ASSERT_EQ(reader->warnings().size(), 1U);
  EXPECT_EQ(reader->warnings()[0],
            "spec.csv: skipped 3 malformed rows; the first: spec.csv:2: field avg: expected "
            "milliseconds from 0 to 31 days, found 'x'");
}

TEST_F(Faasrail, IsRecognisedByItsHeader) {
  EXPECT_EQ(sim::recognise(kHeader), sim::TraceFormat::kFaasrail);
  EXPECT_EQ(sim::recognise("avg,mapped_wreq,1\n"), sim::TraceFormat::kFaasrail);
}

}  // namespace

}  // namespace fn::tests
