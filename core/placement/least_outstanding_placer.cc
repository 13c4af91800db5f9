// SPDX-License-Identifier: Apache-2.0

#include "core/placement/least_outstanding_placer.h"

namespace fn::core {

std::uint32_t LeastOutstandingPlacer::first(const PoolView& pool,
                                            FunctionHandle /*function*/,
                                            const FunctionSpec& spec,
                                            PlacementSession& session) {
  std::uint32_t chosen = kNone;
  std::uint32_t fewest = 0;
  for (std::uint32_t position = 0; position < pool.candidates.size(); ++position) {
    const Candidate& candidate = pool.candidates[position];
    if ((chosen == kNone || candidate.load_calls < fewest) && candidate.can_take(spec)) {
      chosen = position;
      fewest = candidate.load_calls;
      if (fewest == 0) {
        break;
      }
    }
  }
  if (chosen != kNone) {
    session = PlacementSession{chosen, 0};
  }
  return chosen;
}

}  // namespace fn::core
