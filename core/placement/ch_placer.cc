// SPDX-License-Identifier: Apache-2.0

#include "core/placement/ch_placer.h"

#include "core/base/assert.h"
#include "core/placement/circular_walk.h"
#include "core/placement/jump_hash.h"

namespace fn::core {

void ChPlacer::members_changed(const PoolView& pool) {
  const auto size = static_cast<std::uint32_t>(pool.candidates.size());
  if (size != size_) {
    size_ = size;
    homes_.clear();
  }
}

std::uint32_t ChPlacer::first(const PoolView& pool,
                              FunctionHandle function,
                              const FunctionSpec& spec,
                              PlacementSession& session) {
  FN_ASSERT(pool.candidates.size() == size_);
  if (size_ == 0) {
    return kNone;
  }
  const std::uint32_t home = homes_.home(function, [&] { return jump_hash(spec.key, size_); });
  const std::uint32_t preferred =
      walk_from(pool.candidates, home, session, [&](const Candidate& candidate) {
        return stays_below(candidate, spec) && candidate.can_take(spec);
      });
  if (preferred != kNone) {
    // Later refusals go on from here, so that those passed over come last.
    session = PlacementSession{preferred, 0};
    return preferred;
  }
  return walk_from(pool.candidates, home, session, [&](const Candidate& candidate) {
    return candidate.can_take(spec);
  });
}

bool ChPlacer::stays_below(const Candidate& candidate, const FunctionSpec& spec) const {
  const std::uint64_t load =
      std::uint64_t{candidate.load_mib} + static_cast<std::uint64_t>(spec.memory.value);
  // A runner of unknown size is never known to be full.
  return candidate.memory_mib == 0 ||
         load * 100 <= std::uint64_t{candidate.memory_mib} * walk_above_percent_;
}

}  // namespace fn::core
