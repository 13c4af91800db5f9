// SPDX-License-Identifier: Apache-2.0

#include "core/placement/p2c_placer.h"

namespace fn::core {

std::uint32_t P2cPlacer::first(const PoolView& pool,
                               FunctionHandle /*function*/,
                               const FunctionSpec& spec,
                               PlacementSession& session) {
  const auto size = static_cast<std::uint32_t>(pool.candidates.size());
  if (size == 0) {
    return kNone;
  }
  const auto one = static_cast<std::uint32_t>(rng_.below(size));
  std::uint32_t other = one;
  if (size > 1) {
    other = static_cast<std::uint32_t>(rng_.below(size - 1));
    // Leave out the first, so that all others are equally likely.
    other += other >= one ? 1 : 0;
  }
  const bool one_can = pool.candidates[one].can_take(spec);
  const bool other_can = pool.candidates[other].can_take(spec);
  if (!one_can && !other_can) {
    session = PlacementSession{one, 0};
    return next(pool, spec, session);
  }
  // Either of two runners is drawn first equally often: that is the coin between equals.
  const bool take_other = !one_can || (other_can && pool.candidates[other].load_calls <
                                                        pool.candidates[one].load_calls);
  const std::uint32_t chosen = take_other ? other : one;
  session = PlacementSession{chosen, 0};
  return chosen;
}

}  // namespace fn::core
