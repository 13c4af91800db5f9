// SPDX-License-Identifier: Apache-2.0
//
// A load balancer's runners as a placer sees them: what each can hold and what this LB has
// outstanding on it, in the order in which the NPM delivered them.

#pragma once

#include <cstdint>
#include <span>

#include "core/base/handle.h"
#include "core/model/function_table.h"

namespace fn::core {

// One runner by its position in the delivered membership.
struct Candidate {
  RunnerHandle runner;
  std::uint32_t usable = 1;      // 0: rested by this LB
  std::uint32_t memory_mib = 0;  // what it can hold; zero: unknown
  std::uint32_t cpu_milli = 0;   // zero: unknown
  std::uint32_t load_mib = 0;    // this LB's outstanding calls on it
  std::uint32_t load_milli = 0;
  std::uint32_t load_calls = 0;
  // Above these a runner that does not queue surely refuses; the maximum where that is not known.
  std::uint32_t limit_mib = 0xffffffffU;
  std::uint32_t limit_milli = 0xffffffffU;

  [[nodiscard]] bool can_take(const FunctionSpec& spec) const {
    return usable != 0 && std::uint64_t{load_mib} + std::uint64_t(spec.memory.value) <= limit_mib &&
           std::uint64_t{load_milli} + std::uint64_t(spec.cpu.value) <= limit_milli;
  }
};

struct PoolView {
  std::span<const Candidate> candidates;
  std::uint64_t load_mib = 0;    // sum over the candidates
  std::uint64_t memory_mib = 0;  // sum over the candidates
};

}  // namespace fn::core
