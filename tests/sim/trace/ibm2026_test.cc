// SPDX-License-Identifier: Apache-2.0
//
// Goal: lists of calls by app become calls in order of time, however Python or NumPy wrote them;
// memory comes from app_configs; what does not fit together is told in one line.

#include "sim/trace/ibm2026.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/scenario/trace_source.h"
#include "sim/trace/call_runs.h"
#include "sim/trace/trace_input.h"
#include "tests/support/read_whole.h"

namespace fn::tests {

namespace {

namespace fs = std::filesystem;

using Minutes = std::vector<core::TraceMinute>;

const std::string kHeader =
    "NamespaceHash,AppHash,NumEvents,InvocationTimes,AppExecTimes,TotalExecTimes,PodHash\n";

// Every call as "start/run@function" in milliseconds.
std::string text_of(const Minutes& minutes) {
  std::string text;
  for (const core::TraceMinute& minute : minutes) {
    for (const core::TraceCall& call : minute.calls) {
      text += text.empty() ? "" : " ";
      text += std::to_string(call.start_ns / 1'000'000) + "/" +
              std::to_string(call.run_ns / 1'000'000) + "@" + std::to_string(call.function);
    }
  }
  return text;
}

class Ibm2026 : public testing::Test {
 protected:
  // The calls, or the error.
  std::string read(const std::string& rows, const std::string& header = kHeader) {
    const core::ByteSourcePtr beside = core::memory_bytes("configs.csv", configs);
    core::Result<sim::TraceReaderPtr> opened =
        sim::read_ibm2026(*core::memory_bytes("week.csv", header + rows, false),
                          configs.empty() ? nullptr : beside.get(),
                          options);
    if (!opened) {
      return opened.error().message;
    }
    reader = std::move(*opened);
    EXPECT_TRUE(reader->whole_head());
    const core::Result<Minutes> minutes = read_whole(*reader);
    return minutes ? text_of(*minutes) : minutes.error().message;
  }

  std::string configs;
  sim::TraceOptions options;
  sim::TraceReaderPtr reader;
};

TEST_F(Ibm2026, SortsTheCallsOfAllAppsByTime) {
  EXPECT_EQ(
      read("n1,a,3,\"[0.5, 70, 2.25]\",\"[10, 20.5, 30]\",\"[11, 21, 31]\",\"['p', 'q', 'p']\"\n"
           "n2,a,1,[61.0],[7],[8],['r']\n"),
      "500/10@0 2250/30@0 61000/7@1 70000/20@0");
  const core::TraceHead& head = reader->head();
  EXPECT_EQ(head.functions[0].tenant, "n1");
  EXPECT_EQ(head.functions[1].tenant, "n2");
  EXPECT_EQ(head.functions[1].app, "a");
  EXPECT_EQ(head.functions[1].name, "a");
  EXPECT_EQ(head.functions[0].calls, 3U);
  EXPECT_EQ(head.functions[0].memory_mib, 128);
  EXPECT_EQ(head.trust.defaulted_memory, 2U);
  EXPECT_EQ(head.end_ns, 2 * core::kTraceMinuteNs);
}

TEST_F(Ibm2026, ReadsListsAsNumPyWritesThem) {
  EXPECT_EQ(read("n,a,4,\"[ 1.   2.5\n 3e0  4. ]\",[1. 2. 3. 5e+00],[],[]\n"),
            "1000/1@0 2500/2@0 3000/3@0 4000/5@0");
  EXPECT_EQ(read("n,a,2,\"[np.float64(1.5), np.float64(2.5)]\",\"[np.int64(4), np.int64(5)]\",,\n"),
            "1500/4@0 2500/5@0");
}

TEST_F(Ibm2026, FindsColumnsByNameWhateverTheirOrderAndSuffix) {
  EXPECT_EQ(read("9,[5],a,1,[1],n\r\n",
                 "\xef\xbb\xbf,AppExecTimes[](ms),AppHash,NumEvents,InvocationTimes[](s),"
                 "NamespaceHash\r\n"),
            "1000/5@0");
}

TEST_F(Ibm2026, AppsWithoutCallsStayKnown) {
  EXPECT_EQ(read("n,idle,0,[],[],[],[]\nn,busy,1,[5],[0],[0],['p']\n"), "5000/0@1");
  EXPECT_EQ(reader->head().functions[0].calls, 0U);
  EXPECT_EQ(reader->head().trust.zero_durations, 1U);
}

TEST_F(Ibm2026, TakesTheLargestMemoryRequestOfAnApp) {
  configs =
      "NamespaceHash,AppHash,AppContainerRequestCpu(vCPU),AppContainerRequestMemory(GB)\n"
      "n,a,1,0.25\nn,a,1,0.5\nm,a,\"[1, 1]\",\"[4, 8.0, 2]\"\nx,y,1,1\n";
  EXPECT_EQ(read("n,a,1,[1],[1],,\nm,a,1,[2],[1],,\nm,b,1,[3],[1],,\n"),
            "1000/1@0 2000/1@1 3000/1@2");
  EXPECT_EQ(reader->head().functions[0].memory_mib, 512);
  EXPECT_EQ(reader->head().functions[1].memory_mib, 8192);
  EXPECT_EQ(reader->head().functions[2].memory_mib, 128);
  EXPECT_EQ(reader->head().trust.defaulted_memory, 1U);
  configs = "NamespaceHash,AppHash,AppContainerRequestMemory\nn,a,-1\n";
  EXPECT_EQ(read("n,a,1,[1],[1],,\n"),
            "configs.csv:2: field AppContainerRequestMemory: expected gigabytes from 0 to 16 Ki, "
            "found '-1'");
}

TEST_F(Ibm2026, CountsMustBeThoseOfTheLists) {
  EXPECT_EQ(read("n,a,3,\"[1, 2]\",\"[1, 2, 3]\",,\n"),
            "week.csv:2: field InvocationTimes: expected as many as NumEvents says, which is 3, "
            "found 2");
  EXPECT_EQ(read("n,a,1,[1],\"[1, 2]\",,\n"),
            "week.csv:2: field AppExecTimes: expected as many as NumEvents says, which is 1, "
            "found 2");
  EXPECT_EQ(read("n,a,1e18,[1],[1],,\n"),
            "week.csv:2: field NumEvents: expected a whole number up to 64000000, found '1e18'");
}

TEST_F(Ibm2026, NamesTheElementThatIsNoTime) {
  const std::string expected =
      "week.csv:2: field InvocationTimes[1]: expected seconds since the "
      "trace's zero, up to ten years, found '";
  for (const std::string bad : {"-1", "nan", "1000000000000000000", "x", "None", "1_0", "0x1"}) {
    EXPECT_EQ(read("n,a,2,\"[1, " + bad + "]\",\"[1, 2]\",,\n"), expected + bad + "'");
  }
  EXPECT_EQ(
      read("n,a,2,\"[1, 2]\",\"[1, inf]\",,\n"),
      "week.csv:2: field AppExecTimes[1]: expected milliseconds from 0 to a year, found 'inf'");
  EXPECT_EQ(read("n,a,2000,\"[1. 2. ... 9.]\",\"[1]\",,\n"),
            "week.csv:2: field InvocationTimes[2]: expected all times; NumPy left some out: write "
            "lists by tolist(), found '...'");
  const std::string digits(70, '1');
  EXPECT_EQ(read("n,a,1,[" + digits + "],[1],,\n").find("[0]: expected a shorter number, found '1"),
            33U);
}

TEST_F(Ibm2026, NamesTheListThatIsNone) {
  const std::string expected =
      "week.csv:2: field InvocationTimes[1]: expected a list such as [0.5, 2] that ends with its "
      "bracket, found '";
  EXPECT_EQ(read("n,a,1,\"[1\",[1],,\n"), expected + "'");
  EXPECT_EQ(read("n,a,1,\"[1,]\",[1],,\n"), expected + "'");
  EXPECT_EQ(read("n,a,1,\"[1,,2]\",[1],,\n"), expected + ",'");
  EXPECT_EQ(read("n,a,1,[1]x,[1],,\n"), expected + "x'");
  EXPECT_EQ(
      read("n,a,1,\"[1]\"x,[1],,\n"),
      "week.csv:2: field InvocationTimes[1]: expected a comma behind a quoted field, found 'x'");
}

TEST_F(Ibm2026, NamesWhatIsWrongWithARow) {
  EXPECT_EQ(read("n,a,1,[1],[1],,\nn,b,1,[1],[1],,,\n"),
            "week.csv:3: expected 7 fields as in the header, found more");
  EXPECT_EQ(read("n,a,1,[1]\n"), "week.csv:2: expected 7 fields as in the header, found 4");
  EXPECT_EQ(read(",a,1,[1],[1],,\n"), "week.csv:2: field NamespaceHash: expected a name, found ''");
  EXPECT_EQ(
      read("n,a,1,[1],[1],,\nn,a,1,[2],[1],,\n"),
      "week.csv:3: field AppHash: expected each app once (line 2 has this one; join the files "
      "of several weeks by \" + \"), found 'a'");
  EXPECT_EQ(read("n,a,1,[1],[1],,"),
            "week.csv:2: expected a line break at the end of the file; it was cut, or lacks its "
            "last line break, found none");
  EXPECT_EQ(read("n,a,1,\"[1, 2").substr(0, 66),
            "week.csv:2: field InvocationTimes[2]: expected a quoted field that");
  EXPECT_EQ(read("n,idle,0,[],[],[],[]\n"), "week.csv:2: expected at least one call, found none");
}

TEST_F(Ibm2026, NamesWhatIsWrongWithAHeader) {
  EXPECT_EQ(
      read("", "AppHash,NumEvents,InvocationTimes,AppExecTimes\n"),
      "week.csv:1: field NamespaceHash: expected one column of this name in the header, found "
      "'AppHash,NumEvents,InvocationTimes,AppExe...'");
  EXPECT_EQ(
      read("", "NamespaceHash,AppHash,NumEvents,InvocationTimes,AppExecTimes,AppExecTimes[]\n")
          .substr(0, 80),
      "week.csv:1: field AppExecTimes: expected one column of this name in the header, ");
  EXPECT_FALSE(read("", "").empty());
}

TEST_F(Ibm2026, LenientSkipsAndCountsRows) {
  options.lenient = true;
  EXPECT_EQ(read("n,a,2,\"[1, x, 3]\",\"[1, 2]\",\"[\"\"]\",\n"
                 "n,b,1,[4],\"[5,\n6]\",,\n"
                 "n,c,1,[9],[1],,\n"
                 "n,c,1,[8],[1],,\n"
                 "n,d,1,[7],[1],,"),
            "9000/1@0");
  EXPECT_EQ(reader->head().trust.rows_skipped, 4U);
  ASSERT_EQ(reader->warnings().size(), 1U);
  EXPECT_EQ(reader->warnings()[0].substr(0, 75),
            "week.csv: skipped 4 malformed rows; the first: week.csv:2: field Invocation");
}

TEST_F(Ibm2026, IsRecognisedByItsHeader) {
  EXPECT_EQ(sim::recognise(kHeader), sim::TraceFormat::kIbm2026);
  EXPECT_EQ(
      sim::recognise("NamespaceHash,AppHash,NumEvents,InvocationTimes[](s),AppExecTimes[](ms)\n"),
      sim::TraceFormat::kIbm2026);
}

TEST_F(Ibm2026, FindsAppConfigsBesideTheFile) {
  const std::string folder = testing::TempDir() + "/ibm2026_test";
  fs::create_directories(folder);
  std::ofstream(folder + "/week_1.csv") << kHeader << "n,a,1,[1],[1],,\n";
  std::ofstream(folder + "/week_2.csv") << kHeader << "n,a,1,[601],[1],,\n";
  std::ofstream(folder + "/app_configs.csv")
      << "NamespaceHash,AppHash,AppContainerRequestMemory\nn,a,2\n";
  core::Result<sim::TraceReaderPtr> weeks = sim::open_trace_source(
      {folder + "/week_1.csv + " + folder + "/week_2.csv", sim::TraceFormat::kAuto}, options);
  fs::remove_all(folder);
  ASSERT_TRUE(weeks) << weeks.error().message;
  const core::Result<Minutes> minutes = read_whole(**weeks);
  ASSERT_TRUE(minutes) << minutes.error().message;
  EXPECT_EQ(text_of(*minutes), "1000/1@0 601000/1@0");
  EXPECT_EQ((*weeks)->head().functions.at(0).memory_mib, 2048);
}

// Runs of ten calls and more runs than may be open at once, against a plain sort.
TEST(CallRuns, ManyRunsBecomeOneTraceInOrder) {
  constexpr std::size_t kRun = 10;
  constexpr std::uint64_t kCalls = kRun * sim::CallRuns::kMostRuns * 2 + 7;
  sim::CallRuns runs("calls", kRun);
  std::vector<core::TraceFunction> functions;
  std::vector<std::int64_t> starts;
  for (std::uint64_t number = 0; number < kCalls; ++number) {
    if (number % 100 == 0) {
      core::TraceFunction& function = functions.emplace_back();
      function.name = "f" + std::to_string(number);
      function.memory_mib = 1;
    }
    const auto start = static_cast<std::int64_t>(number * 7'919 % kCalls) * 1'000'000'000;
    starts.push_back(start);
    const auto function = static_cast<std::uint32_t>(number % functions.size());
    ASSERT_TRUE(runs.add({start, 5, function}, functions));
  }
  core::Result<sim::TraceReaderPtr> reader = runs.finish(functions);
  ASSERT_TRUE(reader) << reader.error().message;
  const core::Result<Minutes> minutes = read_whole(**reader);
  ASSERT_TRUE(minutes) << minutes.error().message;
  std::vector<std::int64_t> found;
  for (const core::TraceMinute& minute : *minutes) {
    for (const core::TraceCall& call : minute.calls) {
      found.push_back(call.start_ns);
    }
  }
  std::sort(starts.begin(), starts.end());
  EXPECT_EQ(found, starts);
  EXPECT_EQ((*reader)->head().functions.size(), functions.size());
}

}  // namespace

}  // namespace fn::tests
