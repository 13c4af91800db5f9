// SPDX-License-Identifier: Apache-2.0
//
// Goal: times are read exactly, to the nanosecond, and what is no time is refused.

#include "sim/trace/call_time.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::optional<std::int64_t> number(std::string_view text, std::int64_t unit) {
  std::int64_t nanoseconds = 0;
  const bool good = sim::parse_ns(text, unit, std::int64_t{1} << 62, nanoseconds);
  return good ? std::optional(nanoseconds) : std::nullopt;
}

std::optional<std::int64_t> date(std::string_view text) {
  std::int64_t nanoseconds = 0;
  bool zoned = false;
  return sim::parse_rfc3339(text, nanoseconds, zoned) ? std::optional(nanoseconds) : std::nullopt;
}

TEST(CallTime, ReadsNumbersOfEveryUnitToTheNanosecond) {
  EXPECT_EQ(number("1700000000", kSecond), 1'700'000'000 * kSecond);
  EXPECT_EQ(number("1700000000.123456789", kSecond), 1'700'000'000'123'456'789);
  EXPECT_EQ(number("0.0015", kSecond), 1'500'000);
  EXPECT_EQ(number("1700000000123", 1'000'000), 1'700'000'000'123'000'000);
  EXPECT_EQ(number("2.5", 1'000), 2'500);
  EXPECT_EQ(number("7", 1), 7);
  EXPECT_EQ(number("0.9999999999", kSecond), 999'999'999) << "cut below a nanosecond";
}

TEST(CallTime, RefusesWhatIsNoNumber) {
  for (const char* text : {"",
                           "-1",
                           "+1",
                           "1e3",
                           "NaN",
                           "inf",
                           "1.",
                           ".5",
                           "1,5",
                           "0x1",
                           " 1",
                           "1 ",
                           "1.5.5",
                           "99999999999999999999",
                           "1000000000000000000"}) {
    EXPECT_FALSE(number(text, kSecond)) << text;
  }
}

TEST(CallTime, ReadsRfc3339InItsVariants) {
  const std::int64_t expected = 1'700'071'200 * kSecond;
  EXPECT_EQ(date("2023-11-15T18:00:00Z"), expected);
  EXPECT_EQ(date("2023-11-15t18:00:00z"), expected);
  EXPECT_EQ(date("2023-11-15 18:00:00"), expected);
  EXPECT_EQ(date("2023-11-15T19:30:00+01:30"), expected);
  EXPECT_EQ(date("2023-11-15T10:00:00-08:00"), expected);
  EXPECT_EQ(date("2023-11-15T18:00:00.0000001Z"), expected + 100);
  EXPECT_EQ(date("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(date("2024-02-29T00:00:00Z"), 1'709'164'800 * kSecond);
}

TEST(CallTime, TellsWhetherAZoneIsNamed) {
  std::int64_t nanoseconds = 0;
  bool zoned = false;
  ASSERT_TRUE(sim::parse_rfc3339("2023-11-15T18:00:00+00:00", nanoseconds, zoned));
  EXPECT_TRUE(zoned);
  ASSERT_TRUE(sim::parse_rfc3339("2023-11-15T18:00:00", nanoseconds, zoned));
  EXPECT_FALSE(zoned);
}

TEST(CallTime, RefusesWhatIsNoTimeOfDay) {
  for (const char* text : {"2023-02-29T00:00:00Z",
                           "2023-13-01T00:00:00Z",
                           "2023-11-15",
                           "2023-11-15T24:00:00Z",
                           "2023-11-15T18:60:00Z",
                           "1969-12-31T23:59:59Z",
                           "2300-01-01T00:00:00Z",
                           "2023-11-15T18:00:00.Z",
                           "2023-11-15T18:00:00 Z",
                           "2023-11-15T18:00:00+1:00",
                           "15.11.2023 18:00:00",
                           "1970-01-01T00:00:00+01:00"}) {
    EXPECT_FALSE(date(text)) << text;
  }
}

}  // namespace
}  // namespace fn::tests
