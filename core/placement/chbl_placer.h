// SPDX-License-Identifier: Apache-2.0
//
// `chbl`, our default: consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam,
// SODA 2018). A call goes to the first runner on the ring, from its function's home on, whose load
// is below ceil(c * total * weight / sum of weights); load is this LB's outstanding memory, the
// total includes this call, a runner's weight is its memory (equal weights while any is unknown).
// So functions keep their runners, yet no runner gets far above the mean. When every runner that
// can take the call is above its bound, it goes to the relatively least loaded of them.
//
// After a refusal the walk goes on around the ring, each other runner once, whatever its load: the
// bound is about balance, and a runner with room is better than waiting.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/wide.h"
#include "core/placement/hash_ring.h"
#include "core/placement/home_cache.h"
#include "core/placement/placer.h"

namespace fn::core {

class ChblPlacer final : public Placer {
 public:
  // `load_bound_percent` is 100 c.
  explicit ChblPlacer(std::uint32_t load_bound_percent) : load_bound_percent_(load_bound_percent) {}

  void members_changed(const PoolView& pool) override;

  // `session.start` is a ring index, `session.step` the points walked from there.
  std::uint32_t first(const PoolView& pool,
                      FunctionHandle function,
                      const FunctionSpec& spec,
                      PlacementSession& session) override;
  std::uint32_t next(const PoolView& pool,
                     const FunctionSpec& spec,
                     PlacementSession& session) override;

  void forget(FunctionHandle function) override { homes_.forget(function); }

 private:
  // What the loads are compared with: below when load * sum of weights * 100 < share * weight.
  struct Bound {
    WideInt share = 0;
  };

  [[nodiscard]] std::uint64_t weight_of(const Candidate& candidate) const {
    return weighted_ ? candidate.memory_mib : 1;
  }

  [[nodiscard]] Bound bound_of(const PoolView& pool, const FunctionSpec& spec) const;
  [[nodiscard]] bool below(const Candidate& candidate, Bound bound) const;
  std::uint32_t walk(const PoolView& pool,
                     const FunctionSpec& spec,
                     std::uint32_t home,
                     Bound bound,
                     PlacementSession& session) const;

  std::uint32_t load_bound_percent_;
  bool weighted_ = false;
  std::uint64_t weights_x100_ = 0;
  std::uint32_t members_ = 0;
  HashRing ring_;
  HomeCache homes_;
};

}  // namespace fn::core
