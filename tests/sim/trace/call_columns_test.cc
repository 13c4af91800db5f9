// SPDX-License-Identifier: Apache-2.0
//
// Goal: a header's usual names are found, units come from names, and what --columns says is taken
// to the letter or refused with one line.

#include "sim/trace/call_columns.h"

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

using sim::CallColumns;

std::string error_of(std::string_view text) {
  const auto columns = sim::parse_call_columns(text);
  return columns ? "" : columns.error().message;
}

TEST(CallColumns, TakesWhatIsSaid) {
  const auto columns = sim::parse_call_columns(
      "start=when:ms,tenant=team,app=application,fn=name,duration=took:us,memory=size:gib");
  ASSERT_TRUE(columns) << columns.error().message;
  EXPECT_EQ(columns->start.name, "when");
  EXPECT_EQ(columns->start.unit, 1'000'000);
  EXPECT_EQ(columns->tenant.name, "team");
  EXPECT_EQ(columns->app.name, "application");
  EXPECT_EQ(columns->function.name, "name");
  EXPECT_EQ(columns->duration.unit, 1'000);
  EXPECT_EQ(columns->memory.unit, 1'073'741'824);
}

TEST(CallColumns, UnitsComeFromNames) {
  const auto columns = sim::parse_call_columns("start=start_ns,duration=duration_s,memory=bytes");
  ASSERT_TRUE(columns);
  EXPECT_EQ(columns->start.unit, 1);
  EXPECT_EQ(columns->duration.unit, 1'000'000'000);
  EXPECT_EQ(columns->memory.unit, 1);
  const auto bare = sim::parse_call_columns("start=ts,duration=took,memory=size");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->start.unit, 0) << "its numbers tell it";
  EXPECT_EQ(bare->duration.unit, 1'000'000);
  EXPECT_EQ(bare->memory.unit, 1'048'576);
}

TEST(CallColumns, FindsUsualNames) {
  const auto columns = sim::guess_call_columns(
      "x.csv", {"Timestamp", "team", "Function", "latency_ms", "memory_mb"});
  ASSERT_TRUE(columns);
  EXPECT_EQ(columns->start.name, "Timestamp");
  EXPECT_EQ(columns->tenant.name, "team");
  EXPECT_EQ(columns->function.name, "Function");
  EXPECT_EQ(columns->duration.name, "latency_ms");
  EXPECT_EQ(columns->memory.name, "memory_mb");
  EXPECT_TRUE(columns->app.name.empty());
}

TEST(CallColumns, SaysHowToNameAStart) {
  const auto columns = sim::guess_call_columns("x.csv", {"when", "fn"});
  ASSERT_FALSE(columns);
  EXPECT_EQ(columns.error().message,
            "x.csv:1: expected a column of start times; name it with --columns start=COLUMN, found "
            "'when,fn'");
}

TEST(CallColumns, RefusesWhatItCannotTake) {
  EXPECT_EQ(error_of("start"), "columns: expected FIELD=COLUMN, such as start=ts, found 'start'");
  EXPECT_EQ(
      error_of("strat=ts"),
      "columns: expected one of start, end, tenant, app, fn, duration, memory, count; did you "
      "mean \"start\"?, found 'strat'");
  EXPECT_EQ(error_of("start=a,start=b"), "columns: expected each field once, found 'start'");
  EXPECT_EQ(error_of("start=a:weeks"),
            "columns: expected a unit such as s, ms, us, ns or mib behind the colon, found "
            "'start=a:weeks'");
  EXPECT_EQ(error_of("fn=name"),
            "columns: expected start=COLUMN, or both end and duration, found 'fn=name'");
  EXPECT_EQ(error_of(""), "columns: expected start=COLUMN, or both end and duration, found ''");
}

TEST(CallColumns, KnowsAzure2021) {
  EXPECT_TRUE(sim::is_azure2021({"app", "func", "end_timestamp", "duration"}));
  EXPECT_FALSE(sim::is_azure2021({"app", "func", "start", "duration"}));
  EXPECT_EQ(sim::azure2021_columns().end.unit, 1'000'000'000);
}

}  // namespace
}  // namespace fn::tests
