// SPDX-License-Identifier: Apache-2.0
//
// How a load balancer claims capacity for its groups and learns which runners they have. PoolClient
// asks the node pool manager; tests may answer themselves.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/capacity/requirement.h"

namespace fn::services {

struct PoolMember {
  std::uint32_t number = 0;  // of the group, never given twice
  std::string address;
  std::uint32_t memory_mib = 0;  // zero: unknown
  std::uint32_t cpu_milli = 0;
};

// What the node pool manager says of a group: the latest word, whole.
struct GroupPool {
  std::uint64_t generation = 0;
  std::vector<PoolMember> members;  // in its order
  std::vector<std::string> apps;    // the only ones that may use it; empty: all may
  std::string refusal;              // why it does not serve the group; empty: it does
  std::string shortage;             // why runners do not come, and what to do; empty: they do
};

class PoolPort {
 public:
  using Changed = std::function<void(const std::string& group, const GroupPool& pool)>;

  virtual ~PoolPort() = default;

  // Tells of the group's pool from now on, by what was given to the constructor.
  virtual void follow(const std::string& group) = 0;

  // What the group needs here, absolute. Said again each period as long as it is not zero.
  virtual void claim(const std::string& group, const core::Requirement& wanted) = 0;

  // This LB rests the runner, or uses it again.
  virtual void rested(const std::string& group, const std::string& address, bool is_rested) = 0;
};

}  // namespace fn::services
