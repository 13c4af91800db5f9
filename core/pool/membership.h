// SPDX-License-Identifier: Apache-2.0
//
// One runner of a group as the NPM tells the LBs: who it is and what it can hold.

#pragma once

#include <cstdint>

#include "core/base/handle.h"

namespace fn::core {

struct Member {
  RunnerHandle runner;
  // Zero: unknown (Fn's 2018 wire does not carry it).
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;

  friend bool operator==(const Member&, const Member&) = default;
};

}  // namespace fn::core
