// SPDX-License-Identifier: Apache-2.0
//
// Goal: the runner of each of the last calls is known, and of no other.

#include "services/lb/remembered_calls.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

FunctionVersionPtr function_of(const std::string& app) {
  auto function = std::make_shared<FunctionVersion>();
  function->setup.app_name = app;
  return function;
}

TEST(RememberedCalls, TellsTheRunnerAndTheFunctionOfACall) {
  RememberedCalls calls(10);
  calls.remember("01M8000000000000000000000A", function_of("a"), core::RunnerHandle{3});
  calls.remember("01M8000000000000000000000B", function_of("b"), core::RunnerHandle{4});
  const auto known = calls.find("01M8000000000000000000000A");
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->runner.value, 3U);
  EXPECT_EQ(known->function->setup.app_name, "a");
  EXPECT_FALSE(calls.find("01M8000000000000000000000C").has_value());
  EXPECT_FALSE(calls.find("01M8000000000000000000000").has_value());
  EXPECT_FALSE(calls.find("").has_value());
  EXPECT_FALSE(calls.find(std::string(1000, 'A')).has_value());
}

TEST(RememberedCalls, ForgetsTheOldestOnes) {
  RememberedCalls calls(3);
  const FunctionVersionPtr function = function_of("a");
  for (unsigned call = 0; call < 10; ++call) {
    calls.remember("call" + std::to_string(call), function, core::RunnerHandle{call});
  }
  EXPECT_FALSE(calls.find("call6").has_value());
  for (unsigned call = 7; call < 10; ++call) {
    EXPECT_EQ(calls.find("call" + std::to_string(call))->runner.value, call);
  }
  // A function is let go with the last of its calls.
  EXPECT_EQ(function.use_count(), 4);
}

TEST(RememberedCalls, ACallThatMovedOnIsWithItsLastRunner) {
  RememberedCalls calls(3);
  calls.remember("call", function_of("a"), core::RunnerHandle{1});
  calls.remember("call", function_of("a"), core::RunnerHandle{2});
  EXPECT_EQ(calls.find("call")->runner.value, 2U);
}

TEST(RememberedCalls, RemembersNothingWhenToldSo) {
  RememberedCalls calls(0);
  calls.remember("call", function_of("a"), core::RunnerHandle{1});
  EXPECT_FALSE(calls.find("call").has_value());
}

}  // namespace
}  // namespace fn::services
