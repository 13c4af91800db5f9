// SPDX-License-Identifier: Apache-2.0
//
// Goal: ids have Fn's form, sort by time, and stay distinct beyond the 256 of a millisecond that
// Fn's seed could tell apart.

#include "services/base/id_maker.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

TEST(IdMaker, WritesTimeMachineAndCounterInBase32) {
  // By hand: 128 bits 0162..., two zero bits in front, five bits a character.
  services::IdMaker maker(0xABCDEF012345, 1);
  EXPECT_EQ(maker.next(0), "0000000000NF6YY0938M000001");
  EXPECT_EQ(maker.next((std::int64_t{1} << 48) - 1), "7ZZZZZZZZZNF6YY0938M000002");
}

TEST(IdMaker, CountsBeyondAByte) {
  services::IdMaker maker(7);
  std::set<std::string> ids;
  for (int number = 0; number < 10'000; ++number) {
    const std::string id = maker.next(1'520'000'000'000);
    EXPECT_EQ(id.size(), 26U);
    EXPECT_TRUE(ids.empty() || *ids.rbegin() < id);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 10'000U);
}

TEST(IdMaker, SortsByTime) {
  services::IdMaker maker(~std::uint64_t{0}, ~std::uint32_t{0});
  const std::string first = maker.next(1'000);
  EXPECT_LT(first, maker.next(1'001));
}

TEST(IdMaker, TwoMakersDiffer) {
  EXPECT_NE(services::IdMaker::random().next(1), services::IdMaker::random().next(1));
}

}  // namespace
}  // namespace fn::tests
