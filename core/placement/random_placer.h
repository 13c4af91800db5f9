// SPDX-License-Identifier: Apache-2.0
//
// `random`: each runner that can take the call with the same probability.

#pragma once

#include "core/placement/placer.h"

namespace fn::core {

class RandomPlacer final : public Placer {
 public:
  explicit RandomPlacer(Rng rng) : rng_(rng) {}

  std::uint32_t first(const PoolView& pool,
                      FunctionHandle function,
                      const FunctionSpec& spec,
                      PlacementSession& session) override;

  void save(Writer& out) const override { rng_.save(out); }

  void load(Reader& in) override { rng_.load(in); }

 private:
  Rng rng_;
};

}  // namespace fn::core
