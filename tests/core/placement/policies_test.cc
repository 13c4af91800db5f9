// SPDX-License-Identifier: Apache-2.0
//
// Goal: each simple policy follows its own rule: starts, walks, ties and distributions.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/placement/ch_compat_placer.h"
#include "core/placement/ch_placer.h"
#include "core/placement/jump_hash.h"
#include "core/placement/least_outstanding_placer.h"
#include "core/placement/naive_placer.h"
#include "core/placement/p2c_placer.h"
#include "core/placement/random_placer.h"
#include "core/placement/round_robin_placer.h"
#include "tests/core/placement/test_pool.h"

namespace fn::core {
namespace {

using fn::tests::first_of;
using fn::tests::function_number;
using fn::tests::refused_walk;
using fn::tests::TestPool;

std::vector<std::uint32_t> positions_after(std::uint32_t start, std::uint32_t size) {
  std::vector<std::uint32_t> result;
  for (std::uint32_t step = 0; step < size; ++step) {
    result.push_back((start + step) % size);
  }
  return result;
}

TEST(NaivePlacer, WalksInMembershipOrderFromARandomStart) {
  const TestPool pool(6);
  NaivePlacer placer(Rng(3));
  std::array<int, 6> starts{};
  constexpr int kPasses = 12'000;
  for (int pass = 0; pass < kPasses; ++pass) {
    const std::vector<std::uint32_t> walk = refused_walk(placer, pool, 1);
    ASSERT_EQ(walk, positions_after(walk.front(), 6));
    ++starts[walk.front()];
  }
  for (const int hits : starts) {
    EXPECT_NEAR(hits, kPasses / 6.0, 200);
  }
}

TEST(ChCompatPlacer, StartsAtFnsHomeAndWalksInMembershipOrder) {
  ChCompatPlacer placer;
  for (const std::uint32_t size : {10U, 3U, 100U}) {
    const TestPool pool(size);
    placer.members_changed(pool.view());
    for (std::uint32_t function = 0; function < 200; ++function) {
      const std::uint32_t home = fn_jump_hash(function_number(function).key, size);
      ASSERT_EQ(refused_walk(placer, pool, function), positions_after(home, size));
    }
  }
}

TEST(ChPlacer, StartsAtThePublishedHome) {
  ChPlacer placer(90);
  for (const std::uint32_t size : {10U, 3U, 100U}) {
    const TestPool pool(size);
    placer.members_changed(pool.view());
    for (std::uint32_t function = 0; function < 200; ++function) {
      const std::uint32_t home = jump_hash(function_number(function).key, size);
      ASSERT_EQ(refused_walk(placer, pool, function), positions_after(home, size));
    }
  }
}

TEST(ChPlacer, WalksPastRunnersThatTheCallWouldFillAboveTheShare) {
  TestPool pool(5, 1000);
  ChPlacer placer(90);
  placer.members_changed(pool.view());
  const std::uint32_t home = first_of(placer, pool, 1, 100);
  const std::uint32_t second = (home + 1) % 5;
  pool.begin_call(home, 800);
  EXPECT_EQ(first_of(placer, pool, 1, 100), home);
  EXPECT_EQ(first_of(placer, pool, 1, 101), second);
  pool.begin_call(second, 850);
  EXPECT_EQ(first_of(placer, pool, 1, 101), (home + 2) % 5);
}

TEST(ChPlacer, ARefusedCallComesLastToThoseThatWerePassedOver) {
  TestPool pool(5, 1000);
  ChPlacer placer(90);
  placer.members_changed(pool.view());
  const std::uint32_t home = first_of(placer, pool, 1, 100);
  pool.begin_call(home, 850);
  EXPECT_EQ(refused_walk(placer, pool, 1, 100), positions_after((home + 1) % 5, 5));
}

TEST(ChPlacer, GoesHomeWhenAllAreAboveTheShare) {
  TestPool pool(5, 1000);
  ChPlacer placer(90);
  placer.members_changed(pool.view());
  const std::uint32_t home = first_of(placer, pool, 1, 10);
  for (std::uint32_t position = 0; position < 5; ++position) {
    pool.begin_call(position, 950);
  }
  EXPECT_EQ(first_of(placer, pool, 1, 10), home);
  pool[home].limit_mib = 900;
  EXPECT_EQ(first_of(placer, pool, 1, 10), (home + 1) % 5);
}

TEST(ChPlacer, ARunnerOfUnknownSizeIsNeverPassedOver) {
  TestPool pool(5);
  ChPlacer placer(90);
  placer.members_changed(pool.view());
  const std::uint32_t home = first_of(placer, pool, 1);
  pool[home].memory_mib = 0;
  placer.members_changed(pool.view());
  pool.begin_call(home, 1'000'000);
  EXPECT_EQ(first_of(placer, pool, 1), home);
}

TEST(RandomPlacer, DrawsThoseThatCanTakeTheCallEquallyOften) {
  TestPool pool(8);
  // A block of full runners: walking on from it would favour position 5.
  for (std::uint32_t position = 1; position < 5; ++position) {
    pool[position].limit_mib = 0;
  }
  RandomPlacer placer(Rng(9));
  std::array<int, 8> hits{};
  constexpr int kCalls = 20'000;
  for (int call = 0; call < kCalls; ++call) {
    ++hits[first_of(placer, pool, 1)];
  }
  for (std::uint32_t position = 0; position < 8; ++position) {
    EXPECT_NEAR(hits[position], position >= 1 && position < 5 ? 0.0 : kCalls / 4.0, 250);
  }
}

TEST(RoundRobinPlacer, TakesOneAfterTheOther) {
  TestPool pool(4);
  RoundRobinPlacer placer;
  for (std::uint32_t call = 0; call < 12; ++call) {
    ASSERT_EQ(first_of(placer, pool, call), call % 4);
  }
}

TEST(RoundRobinPlacer, LeavesOutWhoCannotTakeTheCallWithoutGivingHisTurnTwice) {
  TestPool pool(4);
  pool[1].limit_mib = 0;
  RoundRobinPlacer placer;
  std::vector<std::uint32_t> taken;
  for (std::uint32_t call = 0; call < 6; ++call) {
    taken.push_back(first_of(placer, pool, call));
  }
  EXPECT_EQ(taken, (std::vector<std::uint32_t>{0, 2, 3, 0, 2, 3}));
}

TEST(RoundRobinPlacer, BeginsAnewWhenItsPlaceHasGone) {
  TestPool pool(4);
  RoundRobinPlacer placer;
  for (std::uint32_t call = 0; call < 3; ++call) {
    first_of(placer, pool, call);
  }
  pool.leave(3);
  placer.members_changed(pool.view());
  EXPECT_EQ(first_of(placer, pool, 0), 0U);
}

TEST(LeastOutstandingPlacer, TakesTheFewestCallsAndTheFirstOfEquals) {
  TestPool pool(5);
  LeastOutstandingPlacer placer;
  for (const std::uint32_t expected : {0U, 1U, 2U, 3U, 4U, 0U}) {
    const std::uint32_t position = first_of(placer, pool, 1);
    ASSERT_EQ(position, expected);
    pool.begin_call(position);
  }
  pool.end_call(3);
  EXPECT_EQ(first_of(placer, pool, 1), 3U);
  pool[3].limit_mib = 0;
  EXPECT_EQ(first_of(placer, pool, 1), 1U);
}

TEST(LeastOutstandingPlacer, CountsCallsAndNotMemory) {
  TestPool pool(2);
  LeastOutstandingPlacer placer;
  pool.begin_call(0, 1000);
  pool.begin_call(1, 1);
  pool.begin_call(1, 1);
  EXPECT_EQ(first_of(placer, pool, 1), 0U);
}

TEST(P2cPlacer, TakesTheLessLoadedOfTwoEquallyLikelyPairs) {
  TestPool pool(4);
  for (std::uint32_t position = 0; position < 4; ++position) {
    for (std::uint32_t call = 3; call > position; --call) {
      pool.begin_call(position);
    }
  }
  P2cPlacer placer(Rng(2));
  std::array<int, 4> hits{};
  constexpr int kCalls = 24'000;
  for (int call = 0; call < kCalls; ++call) {
    ++hits[first_of(placer, pool, 1)];
  }
  // Of the six pairs, three hold the least loaded, two the next without it, one the third.
  EXPECT_NEAR(hits[3], kCalls * 3 / 6.0, 350);
  EXPECT_NEAR(hits[2], kCalls * 2 / 6.0, 350);
  EXPECT_NEAR(hits[1], kCalls * 1 / 6.0, 350);
  EXPECT_EQ(hits[0], 0) << "two different ones are drawn";
}

TEST(P2cPlacer, TiesAreAFairCoin) {
  const TestPool pool(2);
  P2cPlacer placer(Rng(2));
  int hits = 0;
  for (int call = 0; call < 10'000; ++call) {
    hits += first_of(placer, pool, 1) == 0 ? 1 : 0;
  }
  EXPECT_NEAR(hits, 5'000, 250);
}

TEST(P2cPlacer, RoomGoesBeforeLoad) {
  TestPool pool(2);
  pool.begin_call(1, 100);
  pool[0].limit_mib = 0;
  P2cPlacer placer(Rng(2));
  for (int call = 0; call < 20; ++call) {
    ASSERT_EQ(first_of(placer, pool, 1), 1U);
  }
}

TEST(P2cPlacer, BalancesBetterThanOneChoice) {
  constexpr std::uint32_t kRunners = 10'000;
  const auto fullest = [](Placer& placer) {
    TestPool pool(kRunners);
    const PoolView view = pool.view();
    const FunctionSpec spec = function_number(1);
    std::uint32_t most = 0;
    for (std::uint32_t call = 0; call < kRunners; ++call) {
      PlacementSession session;
      const std::uint32_t position = placer.first(view, FunctionHandle{1}, spec, session);
      pool.begin_call(position);
      most = std::max(most, pool[position].load_calls);
    }
    return most;
  };
  RandomPlacer one(Rng(4));
  P2cPlacer two(Rng(4));
  const std::uint32_t of_one = fullest(one);
  const std::uint32_t of_two = fullest(two);
  EXPECT_GE(of_one, 5U);
  EXPECT_LE(of_one, 9U);
  EXPECT_GE(of_two, 3U);
  EXPECT_LE(of_two, 4U);
}

}  // namespace
}  // namespace fn::core
