// SPDX-License-Identifier: Apache-2.0
//
// A group's members for the wire: what changed since a follower was last told, in our own protocol,
// or the whole list in Fn's of 2018.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "proto/pool.pb.h"
#include "proto/poolmanager.pb.h"

#include "core/pool/membership.h"

namespace fn::services {

// A member with the address under which load balancers reach it.
struct RosterEntry {
  core::Member member;
  std::string address;

  friend bool operator==(const RosterEntry&, const RosterEntry&) = default;
};

// What leads from the list `before` to the list `after`. A member that leaves was drained if it is
// not among the `lost` ones.
void write_change(std::span<const core::Member> before,
                  std::span<const RosterEntry> after,
                  std::span<const core::RunnerHandle> lost,
                  pool::v1::GroupMembership& entry);

// The whole list.
void write_whole(std::span<const RosterEntry> members, pool::v1::GroupMembership& entry);

// Fn's form.
[[nodiscard]] LBGroupMembership membership_of(const std::string& group,
                                              std::span<const RosterEntry> members);

}  // namespace fn::services
