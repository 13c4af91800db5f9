// SPDX-License-Identifier: Apache-2.0

#include "core/placement/random_placer.h"

#include <algorithm>

namespace fn::core {

std::uint32_t RandomPlacer::first(const PoolView& pool,
                                  FunctionHandle /*function*/,
                                  const FunctionSpec& spec,
                                  PlacementSession& session) {
  const std::span<const Candidate> candidates = pool.candidates;
  if (candidates.empty()) {
    return kNone;
  }
  auto chosen = static_cast<std::uint32_t>(rng_.below(candidates.size()));
  if (!candidates[chosen].can_take(spec)) {
    // Draw again among those that can: walking on would favour whoever stands behind a full one.
    const auto fits = [&](const Candidate& candidate) {
      return candidate.can_take(spec);
    };
    const auto able = std::count_if(candidates.begin(), candidates.end(), fits);
    if (able == 0) {
      return kNone;
    }
    std::uint64_t skipped = rng_.below(static_cast<std::uint64_t>(able));
    chosen = 0;
    while (!fits(candidates[chosen]) || skipped-- > 0) {
      ++chosen;
    }
  }
  session = PlacementSession{chosen, 0};
  return chosen;
}

}  // namespace fn::core
