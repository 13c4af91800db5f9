// SPDX-License-Identifier: Apache-2.0
//
// Goal: numbers and words have one written form each, in files and for people.

#include "sim/report/text.h"

#include <string>

#include <gtest/gtest.h>

#include "sim/report/readable.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;

template <typename... Arguments>
std::string appended(void (*append)(std::string&, Arguments...), Arguments... arguments) {
  std::string out = "|";
  append(out, arguments...);
  return out.substr(1);
}

TEST(Text, WritesFixedDecimals) {
  EXPECT_EQ(appended(sim::append_fixed, 2.0 / 3, 3), "0.667");
  EXPECT_EQ(appended(sim::append_fixed, -0.0, 2), "0.00");
  EXPECT_EQ(appended(sim::append_fixed, 1e300, 0).size(), 301U);
}

TEST(Text, ShowsThatANumberIsNotWhole) {
  EXPECT_EQ(appended(sim::append_shortest, 70.0), "70.0");
  EXPECT_EQ(appended(sim::append_shortest, 0.1), "0.1");
  EXPECT_EQ(appended(sim::append_shortest, 1e300), "1e+300");
}

TEST(Text, RoundsSecondsDownToMicroseconds) {
  EXPECT_EQ(appended<core::Duration>(sim::append_seconds, 1s + 999ns), "1.000000");
  EXPECT_EQ(appended<core::Duration>(sim::append_seconds, 12s + 34us), "12.000034");
}

TEST(Text, QuotesCsvCellsThatNeedIt) {
  EXPECT_EQ(appended<std::string_view>(sim::append_csv_cell, "plain text"), "plain text");
  EXPECT_EQ(appended<std::string_view>(sim::append_csv_cell, "a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
}

TEST(Text, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(appended<std::string_view>(sim::append_json_string, "a\xff\n"), "\"a\xef\xbf\xbd\\n\"");
}

TEST(Text, FitsCharactersNotBytes) {
  EXPECT_EQ(sim::display_width("größe"), 5U);
  EXPECT_EQ(sim::fit("größe", 5), "größe");
  EXPECT_EQ(sim::fit("größere", 5), "größ…");
  EXPECT_EQ(sim::fit("a\x1b[2Jb", 9), "a?[2Jb");
}

TEST(Readable, KeepsCountsShort) {
  EXPECT_EQ(sim::readable_count(9'999'999), "9999999");
  EXPECT_EQ(sim::readable_count(12'346'000), "12.35M");
  EXPECT_EQ(sim::readable_count(999'999'999), "1.00G");
}

TEST(Readable, ChangesUnitsWhereRoundingWouldOverflowThem) {
  EXPECT_EQ(sim::readable_milliseconds(std::nullopt), "-");
  EXPECT_EQ(sim::readable_milliseconds(0), "0 ms");
  EXPECT_EQ(sim::readable_milliseconds(9.99), "9.99 ms");
  EXPECT_EQ(sim::readable_milliseconds(9.996), "10 ms");
  EXPECT_EQ(sim::readable_milliseconds(999.4), "999 ms");
  EXPECT_EQ(sim::readable_milliseconds(999.6), "1.00 s");
  EXPECT_EQ(sim::readable_milliseconds(360'000), "360.0 s");
  EXPECT_EQ(sim::readable_milliseconds(99'999'500), "28 h");
  EXPECT_EQ(sim::readable_amount(117.25), "117.25");
  EXPECT_EQ(sim::readable_amount(12345.6), "12346");
}

TEST(Readable, DoesNotRoundALossAway) {
  EXPECT_EQ(sim::readable_share(0, 10), "0.00");
  EXPECT_EQ(sim::readable_share(1, 1e9), "0.01");
  EXPECT_EQ(sim::readable_share(1e9 - 1, 1e9), "99.99");
  EXPECT_EQ(sim::readable_share(10, 10), "100.00");
  EXPECT_EQ(sim::readable_share(0, 0), "-");
}

}  // namespace
}  // namespace fn::tests
