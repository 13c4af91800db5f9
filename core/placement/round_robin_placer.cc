// SPDX-License-Identifier: Apache-2.0

#include "core/placement/round_robin_placer.h"

#include "core/placement/circular_walk.h"

namespace fn::core {

std::uint32_t RoundRobinPlacer::first(const PoolView& pool,
                                      FunctionHandle /*function*/,
                                      const FunctionSpec& spec,
                                      PlacementSession& session) {
  if (pool.candidates.empty()) {
    return kNone;
  }
  const std::uint32_t start = turn_ < pool.candidates.size() ? turn_ : 0;
  const std::uint32_t chosen =
      walk_from(pool.candidates, start, session, [&](const Candidate& candidate) {
        return candidate.can_take(spec);
      });
  if (chosen != kNone) {
    turn_ = chosen + 1;
  }
  return chosen;
}

}  // namespace fn::core
