// SPDX-License-Identifier: Apache-2.0

#include "core/placement/naive_placer.h"

#include "core/placement/circular_walk.h"

namespace fn::core {

std::uint32_t NaivePlacer::first(const PoolView& pool,
                                 FunctionHandle /*function*/,
                                 const FunctionSpec& /*spec*/,
                                 PlacementSession& session) {
  if (pool.candidates.empty()) {
    return kNone;
  }
  const auto start = static_cast<std::uint32_t>(rng_.below(pool.candidates.size()));
  return walk_from(pool.candidates, start, session, in_use);
}

std::uint32_t NaivePlacer::next(const PoolView& pool,
                                const FunctionSpec& /*spec*/,
                                PlacementSession& session) {
  return walk_on(pool.candidates, session, in_use);
}

}  // namespace fn::core
