// SPDX-License-Identifier: Apache-2.0
//
// Goal: bounded loads hold, functions keep their runners, and every answer is the one that a slow
// and obvious ring gives.

#include "core/placement/chbl_placer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <rapidcheck.h>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "core/base/rng.h"
#include "tests/core/placement/test_pool.h"

namespace fn::core {
namespace {

using fn::tests::first_of;
using fn::tests::function_number;
using fn::tests::refused_walk;
using fn::tests::TestPool;

constexpr std::uint32_t kNoBound = 100'000'000;

TEST(ChblPlacer, NoRunnerGetsAboveTheBoundHoweverCallsAreKeyed) {
  constexpr std::uint32_t kCalls = 10'000;
  for (const std::uint32_t functions : {1U, 7U, 300U, kCalls}) {
    TestPool pool(100);
    ChblPlacer placer(125);
    placer.members_changed(pool.view());
    std::uint32_t most = 0;
    for (std::uint32_t call = 1; call <= kCalls; ++call) {
      const std::uint32_t position = first_of(placer, pool, call % functions);
      ASSERT_NE(position, Placer::kNone);
      pool.begin_call(position);
      most = std::max(most, pool[position].load_calls);
      // ceil(1.25 * call / 100)
      ASSERT_LE(most, (call * 125 + 9'999) / 10'000) << functions << " functions";
    }
    EXPECT_LE(most, 125U);
  }
}

TEST(ChblPlacer, BoundsFollowTheSizeOfTheRunner) {
  TestPool pool(0);
  pool.join(RunnerHandle{0}, 4096);
  pool.join(RunnerHandle{1}, 12288);
  ChblPlacer placer(100);
  placer.members_changed(pool.view());
  for (std::uint32_t call = 0; call < 400; ++call) {
    pool.begin_call(first_of(placer, pool, 3));
  }
  EXPECT_EQ(pool[0].load_calls, 100U);
  EXPECT_EQ(pool[1].load_calls, 300U);
}

TEST(ChblPlacer, RunnersWeighTheSameWhileTheSizeOfOneIsUnknown) {
  TestPool pool(0);
  pool.join(RunnerHandle{0}, 0);
  pool.join(RunnerHandle{1}, 12288);
  ChblPlacer placer(100);
  placer.members_changed(pool.view());
  for (std::uint32_t call = 0; call < 400; ++call) {
    pool.begin_call(first_of(placer, pool, 3));
  }
  EXPECT_EQ(pool[0].load_calls, 200U);
}

TEST(ChblPlacer, KeepsAFunctionWhereItIsWhenARunnerLeavesFromTheMiddle) {
  TestPool pool(50);
  ChblPlacer placer(kNoBound);
  placer.members_changed(pool.view());
  constexpr std::uint32_t kFunctions = 5'000;
  std::vector<RunnerHandle> before;
  for (std::uint32_t function = 0; function < kFunctions; ++function) {
    before.push_back(pool[first_of(placer, pool, function)].runner);
  }
  const RunnerHandle leaver = pool[25].runner;
  pool.leave(25);
  placer.members_changed(pool.view());
  std::uint32_t moved = 0;
  for (std::uint32_t function = 0; function < kFunctions; ++function) {
    const RunnerHandle after = pool[first_of(placer, pool, function)].runner;
    if (after != before[function]) {
      ASSERT_EQ(before[function], leaver);
      ++moved;
    }
  }
  EXPECT_GT(moved, kFunctions / 100);
  EXPECT_LT(moved, kFunctions * 3 / 100);
}

TEST(ChblPlacer, OverflowsToTheSameRunnersEachTime) {
  // One function alone on 100 runners with room for 10 calls each: its 55 calls use few runners,
  // and the same ones after all have ended.
  TestPool pool(100);
  for (std::uint32_t position = 0; position < pool.size(); ++position) {
    pool[position].limit_mib = 10;
  }
  ChblPlacer placer(kNoBound);
  placer.members_changed(pool.view());
  std::set<std::uint32_t> used[2];
  for (std::set<std::uint32_t>& round : used) {
    std::vector<std::uint32_t> calls;
    for (int call = 0; call < 55; ++call) {
      calls.push_back(first_of(placer, pool, 9));
      pool.begin_call(calls.back());
      round.insert(calls.back());
    }
    for (const std::uint32_t position : calls) {
      pool.end_call(position);
    }
  }
  EXPECT_EQ(used[0].size(), 6U);
  EXPECT_EQ(used[0], used[1]);
}

TEST(ChblPlacer, TakesTheLeastLoadedWhenAllThatHaveRoomAreAboveTheBound) {
  TestPool pool(4);
  pool[2].limit_mib = 0;
  pool.begin_call(0, 300);
  pool.begin_call(1, 200);
  pool.begin_call(3, 250);
  ChblPlacer placer(100);
  placer.members_changed(pool.view());
  for (std::uint32_t function = 0; function < 50; ++function) {
    ASSERT_EQ(first_of(placer, pool, function), 1U);
  }
}

TEST(ChblPlacer, TakesTheFirstOnTheRingOfEquallyLoadedOnesAboveTheBound) {
  TestPool pool(6);
  ChblPlacer placer(100);
  placer.members_changed(pool.view());
  std::vector<std::uint32_t> homes;
  for (std::uint32_t function = 0; function < 50; ++function) {
    homes.push_back(first_of(placer, pool, function));
  }
  // The only one below the bound has no room.
  pool[0].limit_mib = 0;
  for (std::uint32_t position = 1; position < pool.size(); ++position) {
    pool.begin_call(position, 200);
  }
  for (std::uint32_t function = 0; function < 50; ++function) {
    if (homes[function] != 0) {
      ASSERT_EQ(first_of(placer, pool, function), homes[function]);
    }
  }
}

TEST(ChblPlacer, ARefusedCallTriesEveryOtherRunnerOnceInRingOrder) {
  TestPool pool(30);
  ChblPlacer placer(125);
  placer.members_changed(pool.view());
  std::set<std::vector<std::uint32_t>> walks;
  for (std::uint32_t function = 0; function < 20; ++function) {
    std::vector<std::uint32_t> walk = refused_walk(placer, pool, function);
    walks.insert(walk);
    std::sort(walk.begin(), walk.end());
    ASSERT_EQ(walk.size(), pool.size());
    for (std::uint32_t position = 0; position < pool.size(); ++position) {
      ASSERT_EQ(walk[position], position);
    }
  }
  // Two functions may share a home, not many.
  EXPECT_GE(walks.size(), 18U) << "functions with different homes overflow differently";
}

TEST(ChblPlacer, ARefusedWalkComesToThoseAboveTheBoundLast) {
  TestPool pool(8);
  ChblPlacer placer(125);
  placer.members_changed(pool.view());
  const std::uint32_t home = first_of(placer, pool, 1);
  pool.begin_call(home, 100);
  const std::vector<std::uint32_t> walk = refused_walk(placer, pool, 1);
  ASSERT_EQ(walk.size(), pool.size());
  EXPECT_NE(walk.front(), home);
}

TEST(ChblPlacer, HasNothingToOfferWithoutRunnersOrRoom) {
  TestPool pool(0);
  ChblPlacer placer(125);
  placer.members_changed(pool.view());
  EXPECT_EQ(first_of(placer, pool, 1), Placer::kNone);
  pool.join(RunnerHandle{5}, 4096);
  pool.join(RunnerHandle{6}, 4096);
  placer.members_changed(pool.view());
  pool[0].usable = 0;
  pool[1].limit_mib = 0;
  EXPECT_EQ(first_of(placer, pool, 1), Placer::kNone);
  pool[0].usable = 1;
  EXPECT_EQ(first_of(placer, pool, 1), 0U);
}

TEST(ChblPlacer, ACallWithoutMemoryIsPlacedAtItsHome) {
  TestPool pool(10);
  ChblPlacer placer(125);
  placer.members_changed(pool.view());
  EXPECT_EQ(first_of(placer, pool, 4, 0), first_of(placer, pool, 4, 1));
}

// The obvious model: every point in one sorted list, walked from the key on, nothing remembered.
class SlowRing {
 public:
  explicit SlowRing(const TestPool& pool) : view_(pool.view()) {
    for (std::uint32_t position = 0; position < view_.candidates.size(); ++position) {
      const Candidate& candidate = view_.candidates[position];
      for (std::uint32_t number = 0; number < HashRing::points_of(candidate.memory_mib); ++number) {
        points_.emplace_back(HashRing::hash_of(candidate.runner, number), position);
      }
      weighted_ = weighted_ && candidate.memory_mib != 0;
    }
    std::sort(points_.begin(), points_.end());
  }

  // All that a call which everybody refuses is offered to, in order.
  [[nodiscard]] std::vector<std::uint32_t> refused_walk(std::uint32_t function,
                                                        std::int64_t mib,
                                                        std::uint64_t percent) const {
    const FunctionSpec spec = function_number(function, mib);
    const std::uint64_t key = mix64(spec.key);
    std::size_t home = 0;
    while (home < points_.size() && points_[home].first < key) {
      ++home;
    }
    const std::size_t chosen = choose(home, spec, percent);
    std::vector<std::uint32_t> walk;
    if (chosen != kNowhere) {
      for (const std::size_t index : in_order(chosen)) {
        if (candidate_at(index).can_take(spec)) {
          walk.push_back(points_[index].second);
        }
      }
    }
    return walk;
  }

 private:
  static constexpr std::size_t kNowhere = ~std::size_t{0};

  [[nodiscard]] const Candidate& candidate_at(std::size_t index) const {
    return view_.candidates[points_[index].second];
  }

  [[nodiscard]] std::uint64_t weight(const Candidate& candidate) const {
    return weighted_ ? candidate.memory_mib : 1;
  }

  // Index of the first point of each runner from `start` on.
  [[nodiscard]] std::vector<std::size_t> in_order(std::size_t start) const {
    std::vector<std::size_t> order;
    std::set<std::uint32_t> met;
    for (std::size_t offset = 0; offset < points_.size(); ++offset) {
      const std::size_t index = (start + offset) % points_.size();
      if (met.insert(points_[index].second).second) {
        order.push_back(index);
      }
    }
    return order;
  }

  [[nodiscard]] std::size_t choose(std::size_t home,
                                   const FunctionSpec& spec,
                                   std::uint64_t percent) const {
    std::uint64_t total = static_cast<std::uint64_t>(spec.memory.value);
    std::uint64_t weights = 0;
    for (const Candidate& candidate : view_.candidates) {
      total += candidate.load_mib;
      weights += weight(candidate);
    }
    const std::uint64_t hundred_weights = std::max<std::uint64_t>(100 * weights, 1);
    std::size_t least = kNowhere;
    for (const std::size_t index : in_order(home)) {
      const Candidate& candidate = candidate_at(index);
      if (!candidate.can_take(spec)) {
        continue;
      }
      const std::uint64_t cap =
          (percent * total * weight(candidate) + hundred_weights - 1) / hundred_weights;
      if (candidate.load_mib < cap) {
        return index;
      }
      if (least == kNowhere || candidate.load_mib * weight(candidate_at(least)) <
                                   candidate_at(least).load_mib * weight(candidate)) {
        least = index;
      }
    }
    return least;
  }

  PoolView view_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> points_;
  bool weighted_ = true;
};

struct RunningCall {
  RunnerHandle runner;
  std::int64_t mib = 0;
};

void change_pool(TestPool& pool, std::vector<RunningCall>& calls, std::uint32_t& next_runner) {
  if (pool.size() > 0 && *rc::gen::inRange(0, 2) == 0) {
    const auto position = *rc::gen::inRange<std::uint32_t>(0, pool.size());
    const RunnerHandle leaver = pool[position].runner;
    std::erase_if(calls, [&](const RunningCall& call) { return call.runner == leaver; });
    pool.leave(position);
  } else {
    pool.join(RunnerHandle{next_runner++}, *rc::gen::element(0U, 2048U, 4096U, 4096U, 16384U));
  }
}

void end_some_calls(TestPool& pool, std::vector<RunningCall>& calls) {
  const auto keep = *rc::gen::inRange<std::size_t>(0, calls.size() + 1);
  while (calls.size() > keep) {
    for (std::uint32_t position = 0; position < pool.size(); ++position) {
      if (pool[position].runner == calls.back().runner) {
        pool.end_call(position, calls.back().mib);
      }
    }
    calls.pop_back();
  }
}

TEST(ChblPlacer, AnswersAsTheObviousRingDoes) {
  EXPECT_TRUE(rc::check([] {
    const auto percent = *rc::gen::element(100U, 125U, 200U, 10'000U);
    TestPool pool(*rc::gen::inRange(0U, 6U));
    ChblPlacer placer(percent);
    placer.members_changed(pool.view());
    std::vector<RunningCall> calls;
    std::uint32_t next_runner = pool.size();
    const auto steps = *rc::gen::inRange(1, 40);
    for (int step = 0; step < steps; ++step) {
      const auto what = *rc::gen::inRange(0, 10);
      if (what == 0) {
        change_pool(pool, calls, next_runner);
        placer.members_changed(pool.view());
      } else if (what == 1) {
        end_some_calls(pool, calls);
      } else if (what == 2 && pool.size() > 0) {
        Candidate& candidate = pool[*rc::gen::inRange<std::uint32_t>(0, pool.size())];
        candidate.usable = *rc::gen::element(0U, 1U, 1U);
        candidate.limit_mib = *rc::gen::element(0U, 500U, 4096U);
      }
      const auto function = *rc::gen::inRange(0U, 12U);
      const std::int64_t mib = *rc::gen::element(1, 128, 128, 300);
      const std::vector<std::uint32_t> walk = refused_walk(placer, pool, function, mib);
      RC_ASSERT(walk == SlowRing(pool).refused_walk(function, mib, percent));
      if (!walk.empty()) {
        pool.begin_call(walk.front(), mib);
        calls.push_back(RunningCall{pool[walk.front()].runner, mib});
      }
    }
  }));
}

}  // namespace
}  // namespace fn::core
