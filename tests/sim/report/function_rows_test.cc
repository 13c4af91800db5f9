// SPDX-License-Identifier: Apache-2.0
//
// Goal: each function's row counts what the recorder counts of its calls, by the same rules, and
// the rows are CSV whatever the names.

#include "sim/report/function_rows.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "sim/report/group_recorder.h"

namespace fn::tests {
namespace {

using core::Duration;
using core::FunctionHandle;
using core::Instant;
using sim::CallRecord;
using sim::GroupRecorder;
using sim::RecorderConfig;
using namespace std::chrono_literals;

Instant at(Duration since_start) {
  return Instant{} + since_start;
}

void complete(GroupRecorder& recorder,
              std::uint32_t function,
              Instant arrived,
              Duration wait,
              Duration execution,
              bool cold = false) {
  recorder.call_arrived(arrived);
  recorder.call_started(arrived + wait, wait, cold, FunctionHandle{function});
  recorder.call_ended(CallRecord{.arrived = arrived,
                                 .started = arrived + wait,
                                 .ended = arrived + wait + execution,
                                 .function = FunctionHandle{function},
                                 .cold = cold});
}

void lose(GroupRecorder& recorder,
          std::uint32_t function,
          Instant arrived,
          core::CallOutcome outcome) {
  recorder.call_arrived(arrived);
  recorder.call_ended(CallRecord{.arrived = arrived,
                                 .ended = arrived + 1s,
                                 .function = FunctionHandle{function},
                                 .outcome = outcome});
}

std::string row_of(const GroupRecorder& recorder, std::size_t function) {
  std::string row;
  sim::append_function_row(row, "g", "f", recorder.functions()[function]);
  return row;
}

TEST(FunctionRows, CountEachFunctionsCallsByOutcome) {
  GroupRecorder recorder{RecorderConfig{}};
  recorder.keep_functions(3);
  complete(recorder, 0, at(1s), 300ms, 40ms, true);
  complete(recorder, 0, at(2s), 0ms, 20ms);
  lose(recorder, 0, at(3s), core::CallOutcome::kRefused);
  lose(recorder, 2, at(3s), core::CallOutcome::kTimedOut);
  lose(recorder, 2, at(3s), core::CallOutcome::kFailed);
  lose(recorder, 2, at(4s), core::CallOutcome::kFailed);
  EXPECT_EQ(row_of(recorder, 0), "g,f,3,1,1,0,0,0.000,300.000,300.000,20.096,40.000,40.000\n");
  EXPECT_EQ(row_of(recorder, 1), "g,f,0,0,0,0,0,,,,,,\n");
  EXPECT_EQ(row_of(recorder, 2), "g,f,3,0,0,1,2,,,,,,\n");
}

TEST(FunctionRows, LeaveOutCallsThatArrivedDuringTheWarmUp) {
  GroupRecorder recorder{RecorderConfig{.warmup = 10s}};
  recorder.keep_functions(1);
  complete(recorder, 0, at(10s) - 1ns, 2s, 1s);
  lose(recorder, 0, at(9s), core::CallOutcome::kRefused);
  EXPECT_EQ(row_of(recorder, 0), "g,f,0,0,0,0,0,,,,,,\n");
  complete(recorder, 0, at(10s), 2s, 1s);
  EXPECT_EQ(row_of(recorder, 0),
            "g,f,1,0,0,0,0,2000.000,2000.000,2000.000,1000.000,1000.000,1000.000\n");
}

TEST(FunctionRows, HaveTheWaitOfACallThatStartedAndWasLost) {
  GroupRecorder recorder{RecorderConfig{}};
  recorder.keep_functions(1);
  recorder.call_started(at(2s), 1s, false, FunctionHandle{0});
  lose(recorder, 0, at(1s), core::CallOutcome::kFailed);
  EXPECT_EQ(row_of(recorder, 0), "g,f,1,0,0,0,1,1000.000,1000.000,1000.000,,,\n");
}

TEST(FunctionRows, AreNotKeptUnlessAskedFor) {
  GroupRecorder recorder{RecorderConfig{}};
  complete(recorder, 7, at(1s), 0s, 1s);
  EXPECT_TRUE(recorder.functions().empty());
}

TEST(FunctionRows, HaveAsManyCellsAsTheHeadingAndQuoteNames) {
  std::string row;
  sim::append_function_row(row, "a,b", "say \"f\"", sim::FunctionBook{});
  EXPECT_EQ(row, "\"a,b\",\"say \"\"f\"\"\",0,0,0,0,0,,,,,,\n");
  const std::string heading(sim::functions_heading());
  EXPECT_EQ(std::count(heading.begin(), heading.end(), ','), 12);
}

}  // namespace
}  // namespace fn::tests
