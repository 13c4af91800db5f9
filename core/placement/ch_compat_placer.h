// SPDX-License-Identifier: Apache-2.0
//
// `ch-compat`, Fn's consistent hash with its defect: the home by fn_jump_hash of the function's
// key, then each runner in membership order. It knows no load and offers a call to full runners
// too; it leaves out only what this LB rests.

#pragma once

#include "core/placement/home_cache.h"
#include "core/placement/placer.h"

namespace fn::core {

class ChCompatPlacer final : public Placer {
 public:
  void members_changed(const PoolView& pool) override;
  std::uint32_t first(const PoolView& pool,
                      FunctionHandle function,
                      const FunctionSpec& spec,
                      PlacementSession& session) override;
  std::uint32_t next(const PoolView& pool,
                     const FunctionSpec& spec,
                     PlacementSession& session) override;

  void forget(FunctionHandle function) override { homes_.forget(function); }

  [[nodiscard]] bool every_call_polls() const override { return true; }

 private:
  std::uint32_t size_ = 0;
  HomeCache homes_;
};

}  // namespace fn::core
