// SPDX-License-Identifier: Apache-2.0
//
// Goal: units are read from keys, and times from text with a unit, exactly or not at all.

#include "core/config/unit.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

using namespace std::chrono_literals;

using core::Duration;
using core::parse_duration;
using core::unit_of;

TEST(UnitOf, TheLongestEndingCounts) {
  EXPECT_EQ(unit_of("run.warmup_s").name, "s");
  EXPECT_EQ(unit_of("rate_per_s").name, "1/s");
  EXPECT_EQ(unit_of("rate_per_s").nanoseconds, 0);
  EXPECT_EQ(unit_of("boot_ms").nanoseconds, 1'000'000);
  EXPECT_EQ(unit_of("initial_runners").name, "runners");
  EXPECT_EQ(unit_of("workload.calls").name, "");
  EXPECT_EQ(unit_of("calls").name, "calls");
  EXPECT_EQ(unit_of("placer").name, "");
}

TEST(UnitOf, AnElementOfAListHasTheUnitOfTheList) {
  EXPECT_EQ(unit_of("functions[2].memory_mib[10]").name, "MiB");
}

TEST(ParseDuration, UnderstandsEveryUnit) {
  const auto parsed = [](const char* text) {
    const core::Result<Duration> duration = parse_duration(text);
    EXPECT_TRUE(duration) << text;
    return duration.value_or(-1ns);
  };
  EXPECT_EQ(parsed("7ns"), 7ns);
  EXPECT_EQ(parsed("250us"), 250us);
  EXPECT_EQ(parsed("500ms"), 500ms);
  EXPECT_EQ(parsed("5s"), 5s);
  EXPECT_EQ(parsed("1.5s"), 1'500ms);
  EXPECT_EQ(parsed("10m"), 10min);
  EXPECT_EQ(parsed("2h"), 2h);
  EXPECT_EQ(parsed("1d"), 24h);
  EXPECT_EQ(parsed("0s"), 0ns);
  EXPECT_EQ(parsed("1h30m"), 90min);
  EXPECT_EQ(parsed("2d3h4m5.5s"), 51h + 4min + 5'500ms);
}

TEST(ParseDuration, RefusesWhatIsNotATimeAndSaysWhatIs) {
  for (const char* text : {"",
                           "5",
                           "s",
                           "5 s",
                           "-1s",
                           "5sec",
                           "1e3s",
                           "inf s",
                           "infs",
                           "nans",
                           "99999999999d",
                           "5ss",
                           "1h2h",
                           "30m1h",
                           "1h30",
                           "1h-5m",
                           "0x5s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_EQ(parse_duration("5x").error().message,
            "\"5x\" is not a time: expected a number and its unit, such as 500ms, 5s, 10m or 2h");
}

TEST(DurationText, IsReadBack) {
  EXPECT_EQ(core::duration_text(90s), "90s");
  EXPECT_EQ(core::duration_text(2h), "2h");
  EXPECT_EQ(core::duration_text(1'500us), "1500us");
  EXPECT_EQ(core::duration_text(0ns), "0s");
  EXPECT_EQ(core::duration_text(core::kForever), "never");
  for (const Duration duration : {Duration(1ns), Duration(61s), Duration(48h), Duration(1ms)}) {
    EXPECT_EQ(*parse_duration(core::duration_text(duration)), duration);
  }
}

}  // namespace

}  // namespace fn::tests
