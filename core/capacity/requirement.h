// SPDX-License-Identifier: Apache-2.0
//
// What one LB needs for one group: the memory and CPU of its waiting and running calls, absolute.
// Only the memory travels on Fn's 2018 wire; the rest is zero there. MergedRequirement is what all
// LBs together need.

#pragma once

#include <cstdint>

namespace fn::core {

struct Requirement {
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;
  std::uint32_t waiting_calls = 0;
  std::uint32_t oldest_wait_ms = 0;
  std::uint32_t largest_waiting_mib = 0;

  // Nothing waits and nothing runs: the claim is given up.
  [[nodiscard]] constexpr bool zero() const {
    return (memory_mib | cpu_milli | waiting_calls) == 0;
  }

  friend bool operator==(const Requirement&, const Requirement&) = default;
};

// Sums over the LBs, but the maximum of the waits and of the largest waiting calls.
struct MergedRequirement {
  std::int64_t memory_mib = 0;
  std::int64_t cpu_milli = 0;
  std::int64_t waiting_calls = 0;
  std::uint32_t oldest_wait_ms = 0;
  std::uint32_t largest_waiting_mib = 0;

  [[nodiscard]] constexpr bool zero() const {
    return (memory_mib | cpu_milli | waiting_calls) == 0;
  }

  friend bool operator==(const MergedRequirement&, const MergedRequirement&) = default;
};

// `value` where it fits into 32 bits, else the nearest number that does.
constexpr std::uint32_t clamp_to_u32(std::int64_t value) {
  constexpr std::int64_t kMost = 0xffffffffLL;
  return static_cast<std::uint32_t>(value < 0 ? 0 : (value > kMost ? kMost : value));
}

}  // namespace fn::core
