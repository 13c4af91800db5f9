// SPDX-License-Identifier: Apache-2.0

#include "services/wire/membership_wire.h"

#include <algorithm>

namespace fn::services {
namespace {

void add(const RosterEntry& runner, pool::v1::GroupMembership& entry) {
  pool::v1::PoolRunner& added = *entry.add_added();
  added.set_number(runner.member.runner.value);
  added.set_address(runner.address);
  added.set_memory_mib(runner.member.memory_mib);
  added.set_cpu_milli(runner.member.cpu_milli);
}

}  // namespace

void write_whole(std::span<const RosterEntry> members, pool::v1::GroupMembership& entry) {
  entry.set_whole(true);
  for (const RosterEntry& runner : members) {
    add(runner, entry);
  }
}

void write_change(std::span<const core::Member> before,
                  std::span<const RosterEntry> after,
                  std::span<const core::RunnerHandle> lost,
                  pool::v1::GroupMembership& entry) {
  // Members join at the end and leave anywhere, so those that stay are a beginning of `after`.
  std::size_t stayed = 0;
  for (const core::Member& member : before) {
    if (stayed < after.size() && after[stayed].member.runner == member.runner) {
      if (after[stayed].member != member) {
        add(after[stayed], entry);
      }
      ++stayed;
    } else if (std::ranges::find(lost, member.runner) != lost.end()) {
      entry.add_lost(member.runner.value);
    } else {
      entry.add_drained(member.runner.value);
    }
  }
  for (const RosterEntry& runner : after.subspan(stayed)) {
    add(runner, entry);
  }
}

LBGroupMembership membership_of(const std::string& group, std::span<const RosterEntry> members) {
  LBGroupMembership membership;
  membership.mutable_group_id()->set_id(group);
  for (const RosterEntry& runner : members) {
    membership.add_runners()->set_address(runner.address);
  }
  return membership;
}

}  // namespace fn::services
