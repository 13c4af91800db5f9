// SPDX-License-Identifier: Apache-2.0
//
// Goal: the ring gives every runner its share, moves few keys when any runner comes or goes, and
// depends on who is there, not on how it came about.

#include "core/placement/hash_ring.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <rapidcheck.h>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.h"

namespace fn::core {
namespace {

constexpr int kKeys = 100'000;

std::vector<Member> members(std::uint32_t size, std::uint32_t memory_mib = 4096) {
  std::vector<Member> result;
  for (std::uint32_t runner = 0; runner < size; ++runner) {
    result.push_back(Member{RunnerHandle{runner}, memory_mib, 0});
  }
  return result;
}

// A new runner anywhere in the membership.
void join(std::vector<Member>& members, std::size_t position, const Member& member) {
  members.push_back(member);
  std::rotate(
      members.begin() + static_cast<std::ptrdiff_t>(position), members.end() - 1, members.end());
}

std::vector<RunnerHandle> homes(const HashRing& ring, const std::vector<Member>& members) {
  Rng rng(5);
  std::vector<RunnerHandle> result;
  result.reserve(kKeys);
  for (int count = 0; count < kKeys; ++count) {
    result.push_back(members[ring[ring.locate(rng.next())].position].runner);
  }
  return result;
}

TEST(HashRing, MovesOnlyTheKeysOfARunnerThatLeavesFromTheMiddle) {
  std::vector<Member> pool = members(50);
  HashRing ring;
  ring.update(pool);
  const std::vector<RunnerHandle> before = homes(ring, pool);
  const RunnerHandle leaver = pool[20].runner;
  pool.erase(pool.begin() + 20);
  ring.update(pool);
  const std::vector<RunnerHandle> after = homes(ring, pool);
  int moved = 0;
  for (std::size_t key = 0; key < before.size(); ++key) {
    EXPECT_NE(after[key], leaver);
    if (before[key] != after[key]) {
      ASSERT_EQ(before[key], leaver);
      ++moved;
    }
  }
  EXPECT_GT(moved, kKeys / 100);
  EXPECT_LT(moved, kKeys * 3 / 100);
}

TEST(HashRing, MovesKeysOnlyToARunnerThatJoins) {
  std::vector<Member> pool = members(50);
  HashRing ring;
  ring.update(pool);
  const std::vector<RunnerHandle> before = homes(ring, pool);
  join(pool, 0, Member{RunnerHandle{777}, 4096, 0});
  ring.update(pool);
  const std::vector<RunnerHandle> after = homes(ring, pool);
  int moved = 0;
  for (std::size_t key = 0; key < before.size(); ++key) {
    if (before[key] != after[key]) {
      ASSERT_EQ(after[key], RunnerHandle{777});
      ++moved;
    }
  }
  EXPECT_GT(moved, kKeys / 100);
  EXPECT_LT(moved, kKeys * 3 / 100);
}

TEST(HashRing, ScattersTheKeysOfALeaverOverManyOthers) {
  std::vector<Member> pool = members(50);
  HashRing ring;
  ring.update(pool);
  const std::vector<RunnerHandle> before = homes(ring, pool);
  const RunnerHandle leaver = pool[20].runner;
  pool.erase(pool.begin() + 20);
  ring.update(pool);
  const std::vector<RunnerHandle> after = homes(ring, pool);
  std::set<RunnerHandle> heirs;
  for (std::size_t key = 0; key < before.size(); ++key) {
    if (before[key] == leaver) {
      heirs.insert(after[key]);
    }
  }
  EXPECT_GE(heirs.size(), 30U);
}

TEST(HashRing, SharesFollowTheSize) {
  std::vector<Member> pool = members(10, 4096);
  for (std::uint32_t runner = 10; runner < 20; ++runner) {
    pool.push_back(Member{RunnerHandle{runner}, 12288, 0});
  }
  HashRing ring;
  ring.update(pool);
  int large = 0;
  for (const RunnerHandle home : homes(ring, pool)) {
    large += home.value >= 10 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(large) / kKeys, 0.75, 0.05);
}

TEST(HashRing, GivesEveryRunnerAShareNearTheMean) {
  const std::vector<Member> pool = members(20);
  HashRing ring;
  ring.update(pool);
  std::vector<int> hits(pool.size());
  for (const RunnerHandle home : homes(ring, pool)) {
    ++hits[home.value];
  }
  const double mean = static_cast<double>(kKeys) / static_cast<double>(pool.size());
  for (const int hit : hits) {
    EXPECT_GT(hit, 0.6 * mean);
    EXPECT_LT(hit, 1.5 * mean);
  }
}

TEST(HashRing, ARunnerOfAnotherSizeGetsItsPointsAnew) {
  std::vector<Member> pool = members(3, 0);
  HashRing changed;
  changed.update(pool);
  pool[1].memory_mib = 16384;
  changed.update(pool);
  HashRing fresh;
  fresh.update(pool);
  EXPECT_EQ(fresh.size(), 2 * HashRing::points_of(0) + HashRing::points_of(16384));
  ASSERT_EQ(changed.size(), fresh.size());
}

TEST(HashRing, IsEmptyWithoutRunners) {
  HashRing ring;
  ring.update(members(3));
  ring.update({});
  EXPECT_EQ(ring.size(), 0U);
  EXPECT_EQ(ring.reach(), 0U);
}

// The obvious ring: all points of all members, sorted, and gaps measured by walking back.
void expect_like_a_fresh_ring(const HashRing& ring, const std::vector<Member>& pool) {
  std::vector<HashRing::Point> points;
  for (std::uint32_t position = 0; position < pool.size(); ++position) {
    for (std::uint32_t number = 0; number < HashRing::points_of(pool[position].memory_mib);
         ++number) {
      points.push_back({HashRing::hash_of(pool[position].runner, number), position, 0});
    }
  }
  std::sort(points.begin(), points.end(), [](const auto& left, const auto& right) {
    return left.hash < right.hash;
  });
  RC_ASSERT(ring.size() == points.size());
  std::uint32_t reach = 0;
  for (std::uint32_t index = 0; index < ring.size(); ++index) {
    std::uint32_t gap = 1;
    while (points[(index + ring.size() - gap) % ring.size()].position != points[index].position) {
      ++gap;
    }
    reach = std::max(reach, gap);
    RC_ASSERT(ring[index].hash == points[index].hash);
    RC_ASSERT(ring[index].position == points[index].position);
    RC_ASSERT(ring[index].gap == gap);
  }
  RC_ASSERT(ring.reach() == reach);
}

TEST(HashRing, DependsOnWhoIsThereAndNotOnWhatWasBefore) {
  EXPECT_TRUE(rc::check([] {
    HashRing ring;
    std::vector<Member> pool;
    std::uint32_t next_runner = 0;
    const auto steps = *rc::gen::inRange(1, 8);
    for (int step = 0; step < steps; ++step) {
      const auto leavers = *rc::gen::inRange<std::size_t>(0, pool.size() + 1);
      for (std::size_t count = 0; count < leavers; ++count) {
        const auto position = *rc::gen::inRange<std::size_t>(0, pool.size());
        pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(position));
      }
      const auto joiners = *rc::gen::inRange(0, 4);
      for (int count = 0; count < joiners; ++count) {
        const auto position = *rc::gen::inRange<std::size_t>(0, pool.size() + 1);
        const auto memory = *rc::gen::element(0U, 128U, 4096U, 8192U, 262144U);
        join(pool, position, Member{RunnerHandle{next_runner++}, memory, 0});
      }
      ring.update(pool);
      expect_like_a_fresh_ring(ring, pool);
    }
  }));
}

}  // namespace
}  // namespace fn::core
