// SPDX-License-Identifier: Apache-2.0
//
// Goal: a follower that applies each change has the group's list, whatever became of it, and knows
// of those that left whether they drain or are lost; an LB of 2018 gets the list in its order.

#include "services/wire/membership_wire.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.h"

namespace fn::services {
namespace {

using Roster = std::vector<RosterEntry>;
using Members = std::vector<core::Member>;

RosterEntry runner(std::uint32_t number, std::uint32_t memory_mib = 1) {
  return {{core::RunnerHandle{number}, memory_mib, 2}, "r" + std::to_string(number)};
}

Members members_of(const Roster& roster) {
  Members members;
  for (const RosterEntry& entry : roster) {
    members.push_back(entry.member);
  }
  return members;
}

// As services/npm/README.md tells load balancers to.
void take_over(const pool::v1::GroupMembership& entry, Members& members) {
  if (entry.whole()) {
    members.clear();
  }
  for (const auto* numbers : {&entry.drained(), &entry.lost()}) {
    for (const std::uint32_t number : *numbers) {
      std::erase_if(members,
                    [number](const core::Member& member) { return member.runner.value == number; });
    }
  }
  for (const pool::v1::PoolRunner& added : entry.added()) {
    const core::Member member{
        core::RunnerHandle{added.number()}, added.memory_mib(), added.cpu_milli()};
    const auto known = std::ranges::find(members, member.runner, &core::Member::runner);
    if (known != members.end()) {
      *known = member;
    } else {
      members.push_back(member);
    }
  }
}

pool::v1::GroupMembership change(const Roster& before,
                                 const Roster& after,
                                 const std::vector<core::RunnerHandle>& lost = {}) {
  pool::v1::GroupMembership entry;
  write_change(members_of(before), after, lost, entry);
  return entry;
}

TEST(MembershipWire, TheFirstListIsWhole) {
  pool::v1::GroupMembership entry;
  write_whole(Roster{runner(1, 100), runner(2)}, entry);
  EXPECT_TRUE(entry.whole());
  ASSERT_EQ(entry.added_size(), 2);
  EXPECT_EQ(entry.added(0).address(), "r1");
  EXPECT_EQ(entry.added(0).memory_mib(), 100U);
  EXPECT_EQ(entry.added(0).cpu_milli(), 2U);
}

TEST(MembershipWire, OnlyWhatChangedIsSaid) {
  const auto entry = change({runner(1), runner(2), runner(3)}, {runner(1), runner(3), runner(4)});
  EXPECT_FALSE(entry.whole());
  ASSERT_EQ(entry.drained_size(), 1);
  EXPECT_EQ(entry.drained(0), 2U);
  EXPECT_EQ(entry.lost_size(), 0);
  ASSERT_EQ(entry.added_size(), 1);
  EXPECT_EQ(entry.added(0).number(), 4U);
}

TEST(MembershipWire, OneThatLeftAndIsNotThereAnyMoreIsLost) {
  const auto entry = change({runner(1), runner(2)}, {runner(2)}, {core::RunnerHandle{1}});
  EXPECT_EQ(entry.drained_size(), 0);
  ASSERT_EQ(entry.lost_size(), 1);
  EXPECT_EQ(entry.lost(0), 1U);
  EXPECT_EQ(entry.added_size(), 0);
}

TEST(MembershipWire, OneThatLeftAndCameBackUnseenIsNotLost) {
  const auto entry = change({runner(1), runner(2)}, {runner(2), runner(1)});
  EXPECT_EQ(entry.lost_size(), 0);
  EXPECT_EQ(entry.drained_size(), 1);
  EXPECT_EQ(entry.added_size(), 1);
}

TEST(MembershipWire, ANewSizeKeepsThePlace) {
  const auto entry = change({runner(1), runner(2)}, {runner(1, 50), runner(2)});
  ASSERT_EQ(entry.added_size(), 1);
  EXPECT_EQ(entry.added(0).memory_mib(), 50U);
  EXPECT_EQ(entry.lost_size() + entry.drained_size(), 0);
}

TEST(MembershipWire, AnyChangeAppliedGivesTheNewList) {
  core::Rng rng(7);
  Roster before;
  std::uint32_t next = 0;
  for (int round = 0; round < 500; ++round) {
    Roster after;
    Roster again;
    for (const RosterEntry& entry : before) {
      const std::uint64_t fate = rng.below(5);
      RosterEntry now = entry;
      now.member.memory_mib += fate == 0 ? 1 : 0;
      if (fate == 1) {
        again.push_back(now);
      } else if (fate != 2) {
        after.push_back(now);
      }
    }
    after.insert(after.end(), again.begin(), again.end());
    for (std::uint64_t fresh = rng.below(4); fresh > 0; --fresh) {
      after.push_back(runner(++next));
    }
    Members members = members_of(before);
    take_over(change(before, after), members);
    ASSERT_EQ(members, members_of(after)) << "round " << round;
    before = after;
  }
}

TEST(MembershipWire, AnLbOf2018GetsTheAddressesInOrder) {
  const LBGroupMembership membership = membership_of("g", Roster{runner(2), runner(1)});
  EXPECT_EQ(membership.group_id().id(), "g");
  ASSERT_EQ(membership.runners_size(), 2);
  EXPECT_EQ(membership.runners(0).address(), "r2");
  EXPECT_TRUE(membership.runners(0).client_key().empty());
}

}  // namespace
}  // namespace fn::services
