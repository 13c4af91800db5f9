// SPDX-License-Identifier: Apache-2.0
//
// Goal: the life of a group's runners, from the order until they are gone, as the provider's lists,
// the decisions and the deadlines lead it.

#include "core/pool/lb_group.h"

#include <vector>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using namespace std::chrono_literals;
using Kind = PoolChangeKind;

constexpr Instant at(Duration since_start) {
  return Instant(since_start);
}

// A group with the handles of its lists and changes laid open.
class Group {
 public:
  explicit Group(const LbGroupConfig& config = {}) : group_(config, 0) {}

  LbGroup* operator->() { return &group_; }

  std::vector<Kind> list(Instant now, const std::vector<std::uint32_t>& runners) {
    std::vector<Member> members;
    members.reserve(runners.size());
    for (const std::uint32_t runner : runners) {
      members.push_back(Member{RunnerHandle{runner}, 4096, 0});
    }
    group_.list(now, members, changes);
    return take();
  }

  [[nodiscard]] std::vector<std::uint32_t> active() const { return handles(group_.members()); }

  [[nodiscard]] std::vector<std::uint32_t> draining() const { return handles(group_.draining()); }

  std::vector<Kind> take() {
    std::vector<Kind> kinds;
    for (const PoolChange& change : changes) {
      kinds.push_back(change.kind);
    }
    changes.clear();
    return kinds;
  }

  LbGroup::Changes changes;

 private:
  static std::vector<std::uint32_t> handles(std::span<const Member> members) {
    std::vector<std::uint32_t> result;
    for (const Member& member : members) {
      result.push_back(member.runner.value);
    }
    return result;
  }

  LbGroup group_;
};

using Handles = std::vector<std::uint32_t>;
using Kinds = std::vector<Kind>;

TEST(LbGroup, TellsOrderedRunnersFromThoseThatItAdopts) {
  Group group;
  group->order(at(0s), 1, group.changes);
  EXPECT_EQ(group.take(), Kinds{Kind::kOrdered});
  EXPECT_EQ(group.list(at(5s), {8, 3}), (Kinds{Kind::kActive, Kind::kAdopted}));
  EXPECT_EQ(group.active(), (Handles{8, 3})) << "in the provider's order";
  EXPECT_EQ(group->adopted(), 1U);
  EXPECT_EQ(group->listed_mib(), 8192);
  EXPECT_EQ(group.list(at(6s), {3, 8}), Kinds{});
  EXPECT_EQ(group.active(), (Handles{8, 3}));
}

TEST(LbGroup, LosesWhatTheProviderNoLongerLists) {
  Group group;
  group.list(at(0s), {1, 2, 3, 4});
  group->drain(at(1s), 1, group.changes);
  group->retire(at(1s), RunnerHandle{1}, group.changes);
  group.take();
  const std::uint64_t generation = group->generation();
  EXPECT_EQ(group.list(at(2s), {3}), (Kinds{Kind::kLost, Kind::kLost, Kind::kLost}));
  EXPECT_EQ(group.active(), Handles{3});
  EXPECT_EQ(group->generation(), generation + 1);
  EXPECT_EQ(group->next_deadline(), kNever);
}

TEST(LbGroup, DrainsTheNewestAndRevivesTheOneThatWasDrainedLast) {
  Group group;
  group.list(at(0s), {1, 2, 3});
  group.take();
  group->drain(at(1s), 2, group.changes);
  EXPECT_EQ(group.active(), Handles{1});
  EXPECT_EQ(group.draining(), (Handles{3, 2}));
  group->revive(at(2s), 1, group.changes);
  EXPECT_EQ(group.active(), (Handles{1, 2}));
  EXPECT_EQ(group.draining(), Handles{3});
}

TEST(LbGroup, ADrainEndsWhenTheRunnerIsIdle) {
  Group group;
  group.list(at(0s), {1, 2});
  group->drain(at(1s), 1, group.changes);
  group.take();
  EXPECT_EQ(group->idle(RunnerHandle{2}, 1, group.changes), LbGroup::Idle::kTaken);
  EXPECT_EQ(group.take(), Kinds{Kind::kRemovedIdle});
  EXPECT_EQ(group->next_deadline(), kNever);
  EXPECT_EQ(group->idle(RunnerHandle{1}, 1, group.changes), LbGroup::Idle::kNotDraining);
  EXPECT_EQ(group->idle(RunnerHandle{7}, 1, group.changes), LbGroup::Idle::kUnknown);
}

TEST(LbGroup, WhatARunnerSaysOfAnEarlierDrainEndsNoLaterOne) {
  Group group;
  group.list(at(0s), {1, 2});
  group->drain(at(1s), 1, group.changes);
  EXPECT_EQ(group.changes.back().drain, 1U);
  group->revive(at(2s), 1, group.changes);
  group->drain(at(3s), 1, group.changes);
  EXPECT_EQ(group.changes.back().drain, 2U);
  EXPECT_EQ(group->idle(RunnerHandle{2}, 1, group.changes), LbGroup::Idle::kNotDraining);
  EXPECT_EQ(group.draining(), Handles{2});
  EXPECT_EQ(group->idle(RunnerHandle{2}, 2, group.changes), LbGroup::Idle::kTaken);
  EXPECT_EQ(group.draining(), Handles{});
}

TEST(LbGroup, ADrainEndsAtItsDeadlineWithTheCallsThatAreLeft) {
  Group group;
  group.list(at(0s), {1, 2, 3});
  group->drain(at(1s), 1, group.changes);
  group->drain(at(9s), 1, group.changes);
  group.take();
  EXPECT_EQ(group->next_deadline(), at(301s));
  group->pass_deadlines(at(301s), group.changes);
  EXPECT_EQ(group.take(), Kinds{Kind::kRemovedAtDeadline});
  EXPECT_EQ(group->next_deadline(), at(309s));
}

TEST(LbGroup, WithTheSeedsRulesADrainLastsUntilItsDeadlineIdleOrNot) {
  LbGroupConfig config;
  config.remove_when_idle = false;
  config.drain_deadline = 50s;
  Group group(config);
  group.list(at(0s), {1});
  group->drain(at(0s), 1, group.changes);
  group.take();
  EXPECT_EQ(group->idle(RunnerHandle{1}, 1, group.changes), LbGroup::Idle::kTaken);
  EXPECT_EQ(group.take(), Kinds{});
  EXPECT_EQ(group->next_deadline(), at(50s));
}

TEST(LbGroup, DoesNotTakeARemovedRunnerForANewOneWhileItIsStillListed) {
  Group group;
  group.list(at(0s), {1, 2});
  group->drain(at(1s), 1, group.changes);
  group->idle(RunnerHandle{2}, 1, group.changes);
  group.take();
  EXPECT_EQ(group.list(at(2s), {1, 2}), Kinds{});
  EXPECT_EQ(group.list(at(3s), {1}), Kinds{});
  EXPECT_EQ(group.active(), Handles{1});
}

TEST(LbGroup, ARetiredRunnerIsNeverRevived) {
  Group group;
  group.list(at(0s), {1, 2, 3});
  group.take();
  group->retire(at(1s), RunnerHandle{2}, group.changes);
  EXPECT_EQ(group.take(), Kinds{Kind::kReplaced});
  EXPECT_EQ(group.active(), (Handles{1, 3}));
  EXPECT_EQ(group.draining(), Handles{});
  EXPECT_EQ(group->retiring(), 1U);
  EXPECT_EQ(group->idle(RunnerHandle{2}, 1, group.changes), LbGroup::Idle::kTaken);
  EXPECT_EQ(group.take(), Kinds{Kind::kRemovedIdle});
}

TEST(LbGroup, OrdersNoMoreThanItsLimit) {
  LbGroupConfig config;
  config.max_runners = 5;
  Group group(config);
  group.list(at(0s), {1, 2});
  group->drain(at(0s), 1, group.changes);
  EXPECT_EQ(group->order(at(0s), 2, group.changes), 2U);
  EXPECT_EQ(group->order(at(0s), 2, group.changes), 1U);
  EXPECT_EQ(group->order(at(0s), 2, group.changes), 0U);
}

TEST(LbGroup, IgnoresHandlesThatAreListedTwiceOrMeanNothing) {
  Group group;
  EXPECT_EQ(group.list(at(0s), {4, 4, RunnerHandle::kNone, 4}), Kinds{Kind::kAdopted});
  EXPECT_EQ(group.active(), Handles{4});
  EXPECT_EQ(group.list(at(1s), {4, 4, 5}), Kinds{Kind::kAdopted});
}

TEST(LbGroup, TakesOverASizeThatBecomesKnownAndTellsTheLbs) {
  Group group;
  group.list(at(0s), {4});
  const std::uint64_t generation = group->generation();
  const std::vector<Member> larger = {Member{RunnerHandle{4}, 8192, 2000}};
  group->list(at(1s), larger, group.changes);
  EXPECT_EQ(group->members()[0].memory_mib, 8192U);
  EXPECT_EQ(group->generation(), generation + 1);
}

TEST(LbGroup, GoesOnAfterSaveAndLoad) {
  Group group;
  group->order(at(0s), 2, group.changes);
  group.list(at(0s), {1, 2, 3});
  group->drain(at(1s), 1, group.changes);
  group->retire(at(1s), RunnerHandle{1}, group.changes);
  Writer saved;
  group->save(saved);
  Group restored;
  Reader reader(saved.bytes());
  ASSERT_TRUE(restored->load(reader).has_value());
  ASSERT_TRUE(reader.finish().has_value());
  Writer again;
  restored->save(again);
  EXPECT_TRUE(std::equal(
      saved.bytes().begin(), saved.bytes().end(), again.bytes().begin(), again.bytes().end()));
  EXPECT_EQ(restored.active(), Handles{2});
  EXPECT_EQ(restored->next_deadline(), at(301s));
}

}  // namespace
}  // namespace fn::core
