// SPDX-License-Identifier: Apache-2.0
//
// Goal: a terminal shows a bar that goes away again, anything else a plain line now and then.

#include "sim/cli/progress.h"

#include <chrono>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

using namespace std::chrono_literals;

using sim::Console;
using sim::Progress;
using sim::ProgressPrinter;

Progress at(std::chrono::hours simulated, std::uint64_t calls) {
  return Progress{core::Instant(simulated), core::Instant(24h), calls};
}

TEST(ProgressPrinter, WritesAPlainLineEachTenSecondsWhereThereIsNoTerminal) {
  std::ostringstream out;
  std::ostringstream err;
  double now = 100;
  const Console console{.out = out, .err = err};
  ProgressPrinter printer(console, false, [&now] { return now; });
  printer.update(at(1h, 10));
  EXPECT_EQ(err.str(), "");
  now = 110;
  printer.update(at(6h, 2'500'000));
  EXPECT_EQ(err.str(),
            "fnsim: simulated 06:00:00 of 24:00:00, 2,500,000 calls, 250 k calls/s, 31 s left\n");
  now = 119;
  printer.update(at(7h, 3'000'000));
  EXPECT_EQ(err.str().find('\n'), err.str().size() - 1);
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressPrinter, RedrawsABarOnATerminalAndTakesItAway) {
  std::ostringstream out;
  std::ostringstream err;
  double now = 0;
  const Console console{.out = out, .err = err, .animated = true};
  {
    ProgressPrinter printer(console, false, [&now] { return now; });
    now = 0.05;
    printer.update(at(1h, 1));
    EXPECT_EQ(err.str(), "");
    now = 2;
    printer.update(at(12h, 4'000'000));
    EXPECT_EQ(err.str(),
              "\r\x1b[K[############............] simulated 12:00:00 of 24:00:00, 4,000,000 calls, "
              "2.00 M calls/s, 3 s left");
  }
  EXPECT_TRUE(err.str().ends_with("\r\x1b[K"));
  EXPECT_EQ(err.str().find('\n'), std::string::npos);
}

TEST(ProgressPrinter, SaysNothingWhenQuiet) {
  std::ostringstream out;
  std::ostringstream err;
  double now = 0;
  const Console console{.out = out, .err = err, .animated = true};
  {
    ProgressPrinter printer(console, true, [&now] { return now; });
    now = 1'000;
    printer.update(at(12h, 4'000'000));
  }
  EXPECT_EQ(err.str(), "");
}

TEST(ProgressPrinter, KnowsNoTimeLeftWhenTheEndIsNotKnown) {
  std::ostringstream out;
  std::ostringstream err;
  double now = 0;
  const Console console{.out = out, .err = err};
  ProgressPrinter printer(console, false, [&now] { return now; });
  now = 20;
  printer.update(Progress{core::Instant(1h), core::Instant(), 40'000});
  EXPECT_EQ(err.str(), "fnsim: simulated 01:00:00, 40,000 calls, 2 k calls/s\n");
}

TEST(Grouped, PutsACommaBetweenThousands) {
  EXPECT_EQ(sim::grouped(0), "0");
  EXPECT_EQ(sim::grouped(999), "999");
  EXPECT_EQ(sim::grouped(1'000), "1,000");
  EXPECT_EQ(sim::grouped(1'234'567), "1,234,567");
}

}  // namespace

}  // namespace fn::tests
