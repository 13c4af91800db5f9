// SPDX-License-Identifier: Apache-2.0
//
// TestPool: a load balancer's candidates in miniature, so that a placer can be asked about calls
// that come and go. Totals are kept as a load balancer keeps them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/assert.h"
#include "core/placement/jump_hash.h"
#include "core/placement/placer.h"
#include "core/pool/candidate.h"

namespace fn::tests {

// A function of `mib` MiB with the placement key that its number as a name gives.
inline core::FunctionSpec function_number(std::uint32_t number, std::int64_t mib = 1) {
  core::FunctionSpec spec;
  spec.key = core::placement_key(std::to_string(number));
  spec.memory = core::MemoryMib{mib};
  return spec;
}

class TestPool {
 public:
  // `size` runners of equal memory with the handles 0, 1, 2, ...
  explicit TestPool(std::uint32_t size, std::uint32_t memory_mib = 4096) {
    for (std::uint32_t runner = 0; runner < size; ++runner) {
      join(core::RunnerHandle{runner}, memory_mib);
    }
  }

  void join(core::RunnerHandle runner, std::uint32_t memory_mib) {
    core::Candidate candidate;
    candidate.runner = runner;
    candidate.memory_mib = memory_mib;
    candidates_.push_back(candidate);
  }

  void leave(std::uint32_t position) {
    candidates_.erase(candidates_.begin() + static_cast<std::ptrdiff_t>(position));
  }

  void begin_call(std::uint32_t position, std::int64_t mib = 1) {
    candidates_[position].load_mib += static_cast<std::uint32_t>(mib);
    ++candidates_[position].load_calls;
  }

  void end_call(std::uint32_t position, std::int64_t mib = 1) {
    candidates_[position].load_mib -= static_cast<std::uint32_t>(mib);
    --candidates_[position].load_calls;
  }

  core::Candidate& operator[](std::uint32_t position) { return candidates_[position]; }

  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(candidates_.size());
  }

  [[nodiscard]] core::PoolView view() const {
    core::PoolView view;
    view.candidates = candidates_;
    for (const core::Candidate& candidate : candidates_) {
      view.load_mib += candidate.load_mib;
      view.memory_mib += candidate.memory_mib;
    }
    return view;
  }

 private:
  std::vector<core::Candidate> candidates_;
};

// The position of the runner that the placer tries first, or kNone.
inline std::uint32_t first_of(core::Placer& placer,
                              const TestPool& pool,
                              std::uint32_t function,
                              std::int64_t mib = 1) {
  core::PlacementSession session;
  return placer.first(
      pool.view(), core::FunctionHandle{function}, function_number(function, mib), session);
}

// Every position that the placer tries for one call that all refuse, in order.
inline std::vector<std::uint32_t> refused_walk(core::Placer& placer,
                                               const TestPool& pool,
                                               std::uint32_t function,
                                               std::int64_t mib = 1) {
  const core::FunctionSpec spec = function_number(function, mib);
  const core::PoolView view = pool.view();
  core::PlacementSession session;
  std::vector<std::uint32_t> walked;
  std::uint32_t position = placer.first(view, core::FunctionHandle{function}, spec, session);
  while (position != core::Placer::kNone) {
    walked.push_back(position);
    FN_ASSERT(walked.size() <= 2 * view.candidates.size());
    position = placer.next(view, spec, session);
  }
  return walked;
}

}  // namespace fn::tests
