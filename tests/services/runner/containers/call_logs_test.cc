// SPDX-License-Identifier: Apache-2.0
//
// Goal: logs are found by call, and neither many calls nor long ones take more than their bound.

#include "services/runner/containers/call_logs.h"

#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

TEST(CallLogs, KeepsWhatEachCallWrote) {
  CallLogs logs(100, 10);
  logs.append("start ");
  logs.begin("a");
  logs.append("one");
  logs.append("+");
  logs.begin("b");
  logs.append("two");
  EXPECT_EQ(logs.of("a"), "one+");
  EXPECT_EQ(logs.of("b"), "two");
  EXPECT_EQ(logs.of("c"), "");
  EXPECT_EQ(logs.of(""), "start one+two");
}

TEST(CallLogs, CutsALongLogWithALineThatSaysSo) {
  CallLogs logs(10, 10);
  logs.begin("a");
  logs.append("12345");
  logs.append("67890");
  EXPECT_EQ(logs.of("a"), "1234567890");
  logs.append("x");
  logs.append("y");
  EXPECT_EQ(logs.of("a"), "1234567890\n-----max log size 10 bytes exceeded, truncating log-----\n");
}

TEST(CallLogs, ForgetsTheOldestCalls) {
  CallLogs logs(1000, 2);
  for (const std::string id : {"a", "b", "c"}) {
    logs.begin(id);
    logs.append(id);
  }
  EXPECT_EQ(logs.of(""), "bc");
}

TEST(CallLogs, AllTogetherHoldAboutTwiceWhatOneMay) {
  CallLogs logs(1000, 1000);
  for (int number = 0; number < 100; ++number) {
    logs.begin(std::to_string(number));
    logs.append(std::string(900, 'x'));
    EXPECT_LE(logs.of("").size(), 2000U);
  }
  EXPECT_EQ(logs.of("99").size(), 900U);
}

}  // namespace
}  // namespace fn::services
