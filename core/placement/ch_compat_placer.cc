// SPDX-License-Identifier: Apache-2.0

#include "core/placement/ch_compat_placer.h"

#include "core/base/assert.h"
#include "core/placement/circular_walk.h"
#include "core/placement/jump_hash.h"

namespace fn::core {

void ChCompatPlacer::members_changed(const PoolView& pool) {
  const auto size = static_cast<std::uint32_t>(pool.candidates.size());
  if (size != size_) {
    size_ = size;
    homes_.clear();
  }
}

std::uint32_t ChCompatPlacer::first(const PoolView& pool,
                                    FunctionHandle function,
                                    const FunctionSpec& spec,
                                    PlacementSession& session) {
  FN_ASSERT(pool.candidates.size() == size_);
  if (size_ == 0) {
    return kNone;
  }
  const std::uint32_t home = homes_.home(function, [&] { return fn_jump_hash(spec.key, size_); });
  return walk_from(pool.candidates, home, session, in_use);
}

std::uint32_t ChCompatPlacer::next(const PoolView& pool,
                                   const FunctionSpec& /*spec*/,
                                   PlacementSession& session) {
  return walk_on(pool.candidates, session, in_use);
}

}  // namespace fn::core
