// SPDX-License-Identifier: Apache-2.0
//
// `ch`: the home by the published jump hash of the function's key; from there on the first runner
// in membership order that the call does not fill above a share of its memory. When all are that
// full, the home if it can take the call, else the first after it that can.
//
// The jump hash knows positions: a runner that leaves from the middle moves the homes behind it.

#pragma once

#include "core/placement/home_cache.h"
#include "core/placement/placer.h"

namespace fn::core {

class ChPlacer final : public Placer {
 public:
  explicit ChPlacer(std::uint32_t walk_above_percent) : walk_above_percent_(walk_above_percent) {}

  void members_changed(const PoolView& pool) override;
  std::uint32_t first(const PoolView& pool,
                      FunctionHandle function,
                      const FunctionSpec& spec,
                      PlacementSession& session) override;

  void forget(FunctionHandle function) override { homes_.forget(function); }

 private:
  [[nodiscard]] bool stays_below(const Candidate& candidate, const FunctionSpec& spec) const;

  std::uint32_t walk_above_percent_;
  std::uint32_t size_ = 0;
  HomeCache homes_;
};

}  // namespace fn::core
