// SPDX-License-Identifier: Apache-2.0
//
// What load balancers claim, from the wire: an Advertisement of our own protocol, or Fn's list of
// snapshots of 2018. Nothing that a peer sends is believed: lengths, numbers and sizes are checked,
// and errors are one line for the peer's log.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/pool.pb.h"
#include "proto/poolmanager.pb.h"

#include "core/base/result.h"
#include "core/capacity/requirement.h"

namespace fn::services {

// No name of a group is longer.
inline constexpr std::size_t kGroupNameMax = 255;

// Names that one stream may use.
inline constexpr std::size_t kStreamGroupsMax = 65'536;

// Whether a group may be called so: not empty, of printable characters, not too long.
[[nodiscard]] bool is_group_name(const std::string& name);

// Whether the columns are equally long and the groups are among the `known` ones of the stream,
// those that the message itself names included.
core::Status check(const pool::v1::Advertisement& message, std::size_t known);

// Claim `index` of a checked message.
[[nodiscard]] core::Requirement claim_of(const pool::v1::Advertisement& message, int index);

struct GroupClaim {
  std::string group;
  core::Requirement wanted;
};

struct SnapshotClaims {
  std::string lb_id;
  std::vector<GroupClaim> claims;
  // Names that are none and amounts beyond any, which an LB's underflow makes.
  std::uint32_t refused = 0;
};

SnapshotClaims claims_of(const CapacitySnapshotList& list);

}  // namespace fn::services
