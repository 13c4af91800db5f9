// SPDX-License-Identifier: Apache-2.0
//
// Goal: a slip of the fingers is understood; what resembles nothing gets no guess.

#include "core/config/suggest.h"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

using core::closest_word;

constexpr std::array<std::string_view, 4> kWords = {
    "lb.placer", "runner.memory_mib", "npm.scaler", "npm.min_runners"};

TEST(ClosestWord, UnderstandsOneSlip) {
  EXPECT_EQ(closest_word("lb.plaecr", kWords), "lb.placer");
  EXPECT_EQ(closest_word("lb.placr", kWords), "lb.placer");
  EXPECT_EQ(closest_word("lb.placerr", kWords), "lb.placer");
  EXPECT_EQ(closest_word("lb_placer", kWords), "lb.placer");
}

TEST(ClosestWord, KnowsAKeyWithoutItsUnit) {
  constexpr std::array<std::string_view, 2> kKeys = {"workload.groups[0].memory",
                                                     "runner.memory_mib"};
  EXPECT_EQ(closest_word("runner.memory", kKeys), "runner.memory_mib");
}

TEST(ClosestWord, PrefersTheSameLastPartToAFarGuess) {
  EXPECT_EQ(closest_word("pool.min_runners", kWords), "npm.min_runners");
  EXPECT_EQ(closest_word("memory_mib", kWords), "runner.memory_mib");
}

TEST(ClosestWord, GuessesNothingForWhatResemblesNothing) {
  EXPECT_EQ(closest_word("xyzzy", kWords), "");
  EXPECT_EQ(closest_word("", kWords), "");
}

TEST(ClosestWord, DoesNotCompareVeryLongWords) {
  const std::string word(1'000'000, 'a');
  const std::array<std::string_view, 1> known = {word};
  EXPECT_EQ(closest_word(word, known), "");
}

}  // namespace

}  // namespace fn::tests
