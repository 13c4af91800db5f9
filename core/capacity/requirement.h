// SPDX-License-Identifier: Apache-2.0
//
// What one LB needs for one group: the memory and CPU of its waiting and running calls, absolute.
// Only the memory travels on Fn's 2018 wire; the rest is zero there.

#pragma once

#include <cstdint>

namespace fn::core {

struct Requirement {
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;
  std::uint32_t waiting_calls = 0;
  std::uint32_t oldest_wait_ms = 0;
  std::uint32_t largest_waiting_mib = 0;

  friend bool operator==(const Requirement&, const Requirement&) = default;
};

}  // namespace fn::core
