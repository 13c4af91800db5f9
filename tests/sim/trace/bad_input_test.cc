// SPDX-License-Identifier: Apache-2.0
//
// Goal: every fault of a trace is told in one line that names file, line, field and what was
// expected; --lenient skips and counts malformed rows; no bytes whatever crash the reader.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using namespace std::string_literals;
using sim::TraceOptions;
using sim::Workload;

std::string inv_error(const std::string& from, const std::string& to) {
  TraceText text = small_trace();
  text.inv = replaced(text.inv, from, to);
  return error_of(text);
}

std::string run_error(const std::string& from, const std::string& to) {
  TraceText text = small_trace();
  text.run = replaced(text.run, from, to);
  return error_of(text);
}

std::string mem_error(const std::string& from, const std::string& to) {
  TraceText text = small_trace();
  text.mem = replaced(text.mem, from, to);
  return error_of(text);
}

TEST(BadInput, TheSmallTraceIsGood) {
  EXPECT_EQ(error_of(small_trace()), "");
}

TEST(BadInput, NamesTheRowWithTheWrongNumberOfFields) {
  EXPECT_EQ(inv_error("0,1,0,0\n", "0,1,0\n"),
            "inv.csv:3: expected 8 fields as in the header, found 7");
  EXPECT_EQ(inv_error("0,1,0,0\n", "0,1,0,0,0\n"),
            "inv.csv:3: expected 8 fields as in the header, found more");
  EXPECT_EQ(mem_error("bob,mail,send,256", "bob,mail,send"),
            "mem.csv:4: expected 4 fields as in the header, found 3");
  EXPECT_EQ(mem_error("bob,mail,send,256\n", "\n"),
            "mem.csv:4: expected 4 fields as in the header, found 1");
}

TEST(BadInput, NamesTheCountThatIsNone) {
  const std::string expected =
      "inv.csv:4: field 481: expected a whole number of calls from 0 to 10000000, found ";
  EXPECT_EQ(inv_error("timer,1,1,", "timer,1,x,"), expected + "'x'");
  EXPECT_EQ(inv_error("timer,1,1,", "timer,1,-1,"), expected + "'-1'");
  EXPECT_EQ(inv_error("timer,1,1,", "timer,1,1.0,"), expected + "'1.0'");
  EXPECT_EQ(inv_error("timer,1,1,", "timer,1,,"), expected + "''");
  EXPECT_EQ(inv_error("timer,1,1,", "timer,1, 1,"), expected + "' 1'");
  EXPECT_EQ(inv_error("timer,1,1,", "timer,1,10000001,"), expected + "'10000001'");
  EXPECT_EQ(inv_error("timer,1,1,", "timer,1,99999999999999999999999,"),
            expected + "'99999999999999999999999'");
  EXPECT_EQ(inv_error("timer,1,1,", "timer,10000000,1,"),
            "inv.csv:4: field 480: expected at most 10000000 calls of all functions in one minute, "
            "found more");
}

TEST(BadInput, RefusesPercentilesThatFall) {
  EXPECT_EQ(run_error("10,20,50,100,200,300,400", "10,20,50,100,99,300,400"),
            "run.csv:2: field percentile_Average_75: expected a percentile that is not below the "
            "one before, found '99'");
}

TEST(BadInput, RefusesAFunctionTwice) {
  EXPECT_EQ(inv_error("bob,mail,send", "bob,mail,cart"),
            "inv.csv:4: field HashFunction: expected each function once (line 2 has this one), "
            "found 'cart'");
}

TEST(BadInput, NoticesThatAFileWasCut) {
  const std::string expected =
      ": expected a line break at the end of the file; it was cut, or lacks its last line break, "
      "found ";
  EXPECT_EQ(inv_error("timer,1,1,1,1\n", "timer,1,1,1,1"),
            "inv.csv:4" + expected + "'bob,mail,send,timer,1,1,1,1'");
  EXPECT_EQ(mem_error(",256\n", ",2"), "mem.csv:4" + expected + "'bob,mail,send,2'");
}

TEST(BadInput, NoticesBinaryFiles) {
  EXPECT_EQ(inv_error("0,1,0,0", std::string("0,1,\0,0", 7)),
            "inv.csv:3: expected text without zero bytes, found 'ann,shop,pay,http,0,1,\\x00,0'");
  TraceText text = small_trace();
  text.run = std::string("\x1f\x8b\x08\0\0\n", 6);
  EXPECT_EQ(error_of(text),
            "run.csv:1: expected text without zero bytes, found '\\x1f\\x8b\\x08\\x00\\x00'");
  text.run = std::string(2'000'000, 'x');
  EXPECT_EQ(error_of(text).substr(0, 66),
            "run.csv:1: expected a shorter line (is this a text file?), found '");
  text.run = "";
  EXPECT_EQ(error_of(text), "run.csv:1: expected a header line, found an empty file");
}

TEST(BadInput, ChecksNames) {
  EXPECT_EQ(inv_error("ann,shop,pay", "ann,shop,"),
            "inv.csv:3: field HashFunction: expected a name, found ''");
  EXPECT_EQ(inv_error("ann,shop,pay", ",shop,pay"),
            "inv.csv:3: field HashOwner: expected a name, found ''");
  EXPECT_EQ(inv_error("ann,shop,pay", "ann,\"shop\",pay"),
            "inv.csv:3: field HashApp: expected a name without quotes and control characters, "
            "found '\"shop\"'");
  EXPECT_EQ(inv_error("ann,shop,pay", "ann,shop," + std::string(257, 'p')),
            "inv.csv:3: field HashFunction: expected a shorter name, found "
            "'pppppppppppppppppppppppppppppppppppppppp...'");
}

TEST(BadInput, ChecksTheHeader) {
  EXPECT_EQ(inv_error("HashOwner,", "Owner,"),
            "inv.csv:1: field 1: expected HashOwner, HashApp, HashFunction, Trigger or a minute, "
            "found 'Owner'");
  EXPECT_EQ(inv_error("481,482", "481,483"),
            "inv.csv:1: field 7: expected the minute after 481, found '483'");
  EXPECT_EQ(inv_error("480,481,482,483", "480,481,480,481"),
            "inv.csv:1: field 7: expected the minute after 481, found '480'");
  EXPECT_EQ(inv_error("HashFunction,Trigger", "HashFunction,HashFunction"),
            "inv.csv:1: field HashFunction: expected one column of this name in the header, found "
            "'HashOwner,HashApp,HashFunction,HashFunct...'");
  EXPECT_EQ(inv_error(",480,481,482,483", ""),
            "inv.csv:1: expected 1 to 20160 minute columns, found 0");
  EXPECT_EQ(run_error("Maximum", "Max"),
            "run.csv:1: field Maximum: expected one column of this name in the header, found "
            "'HashOwner,HashApp,HashFunction,Average'");
  EXPECT_EQ(mem_error("AverageAllocatedMb", "Mb"),
            "mem.csv:1: field AverageAllocatedMb: expected one column of this name in the header, "
            "found 'HashOwner,HashApp,HashFunction,Mb'");
}

TEST(BadInput, ChecksDurationsAndMemory) {
  const std::string expected =
      "run.csv:2: field Average: expected milliseconds from 0 to 31 days, "
      "found ";
  EXPECT_EQ(run_error("cart,100,", "cart,x,"), expected + "'x'");
  EXPECT_EQ(run_error("cart,100,", "cart,-1,"), expected + "'-1'");
  EXPECT_EQ(run_error("cart,100,", "cart,,"), expected + "''");
  EXPECT_EQ(run_error("cart,100,", "cart,nan,"), expected + "'nan'");
  EXPECT_EQ(run_error("cart,100,", "cart,inf,"), expected + "'inf'");
  EXPECT_EQ(run_error("cart,100,", "cart,1e300,"), expected + "'1e300'");
  EXPECT_EQ(run_error("cart,100,", "cart,1e999,"), expected + "'1e999'");
  EXPECT_EQ(mem_error("100.2", "100.2.3"),
            "mem.csv:2: field AverageAllocatedMb: expected megabytes from 0 to 16 Ti, found "
            "'100.2.3'");
}

TEST(BadInput, RefusesATraceWithoutFunctions) {
  TraceText text = small_trace();
  text.inv = "HashOwner,HashApp,HashFunction,Trigger,480\n";
  EXPECT_EQ(error_of(text), "inv.csv:2: expected at least one function, found none");
}

TEST(BadInput, LenientSkipsAndCountsMalformedRows) {
  TraceText text = small_trace();
  text.inv = replaced(text.inv, "ann,shop,pay,http,0,1,0,0\n", "ann,shop,pay,http,0,-1,0,0\nx\n");
  text.inv += "ann,shop,cart,http,9,9,9,9\n" + std::string(600'000, 'y') + "\n";
  text.run += "bob,mail,late,1\n";
  TraceOptions options;
  options.lenient = true;
  core::Result<Workload> workload = open_text(text, options);
  ASSERT_TRUE(workload) << workload.error().message;
  EXPECT_EQ(workload->groups[0].function_ids, (std::vector<std::string>{"cart", "send"}));
  EXPECT_EQ(drain(*workload->groups[0].arrivals).size(), 9U);
  EXPECT_EQ(workload->warnings,
            (std::vector<std::string>{
                "inv.csv: skipped 4 malformed rows; the first: inv.csv:3: field 481: expected a "
                "whole number of calls from 0 to 10000000, found '-1'",
                "run.csv: skipped 1 malformed rows; the first: run.csv:5: expected 14 fields as in "
                "the header, found 4"}));
}

TEST(BadInput, SaysWhichFileCannotBeOpened) {
  const auto missing = open_files(sim::Azure2019Files{"/no/inv.csv", "b", "c"}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "/no/inv.csv: cannot be opened (No such file or directory)");
  const auto folder = open_files(sim::Azure2019Files{"/", "b", "c"}, {});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "/: expected a file, found a folder");
}

// Changes, cuts and doubles random pieces of a good trace.
std::string damaged(std::string text, core::Rng& rng) {
  const std::string alphabet = "0123456789,,,,\n\n\r\"-.ex_ \xff\0"s;
  for (std::uint64_t times = 1 + rng.below(4); times > 0 && !text.empty(); --times) {
    const std::size_t at = rng.below(text.size());
    const std::size_t length = rng.below(std::min<std::size_t>(text.size() - at, 30)) + 1;
    switch (rng.below(4)) {
      case 0:
        text[at] = alphabet[rng.below(alphabet.size())];
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(rng.below(text.size()), text.substr(at, length));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(BadInput, DamagedTracesAreRefusedInOneLineOrReplayedInOrder) {
  int refused = 0;
  int replayed = 0;
  for (std::uint64_t round = 0; round < 20'000; ++round) {
    core::Rng rng(round);
    TraceText text = small_trace();
    std::string& victim = round % 3 == 0 ? text.inv : round % 3 == 1 ? text.run : text.mem;
    victim = damaged(victim, rng);
    TraceOptions options;
    options.lenient = rng.below(2) == 0;
    options.limits.calls_per_minute = 1'000;
    core::Result<Workload> workload = open_text(text, options);
    if (!workload) {
      ++refused;
      ASSERT_EQ(workload.error().message.find('\n'), std::string::npos) << "round " << round;
      continue;
    }
    ++replayed;
    const std::vector<sim::Arrival> arrivals = drain(*workload->groups[0].arrivals);
    ASSERT_EQ(arrivals.size(), workload->trace.calls) << "round " << round;
    ASSERT_TRUE(ordered(arrivals)) << "round " << round;
  }
  EXPECT_GT(refused, 1'000);
  EXPECT_GT(replayed, 1'000);
}

}  // namespace
}  // namespace fn::tests
