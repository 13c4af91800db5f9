// SPDX-License-Identifier: Apache-2.0
//
// `naive`, Fn's default: a random start for every pass, then each runner in membership order. It
// knows no load and offers a call to full runners too; it leaves out only what this LB rests.
// Fn takes the start from the clock's nanoseconds; here it comes from the placer's own stream.

#pragma once

#include "core/placement/placer.h"

namespace fn::core {

class NaivePlacer final : public Placer {
 public:
  explicit NaivePlacer(Rng rng) : rng_(rng) {}

  std::uint32_t first(const PoolView& pool,
                      FunctionHandle function,
                      const FunctionSpec& spec,
                      PlacementSession& session) override;
  std::uint32_t next(const PoolView& pool,
                     const FunctionSpec& spec,
                     PlacementSession& session) override;

  [[nodiscard]] bool every_call_polls() const override { return true; }

  void save(Writer& out) const override { rng_.save(out); }

  void load(Reader& in) override { rng_.load(in); }

 private:
  Rng rng_;
};

}  // namespace fn::core
