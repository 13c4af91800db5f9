// SPDX-License-Identifier: Apache-2.0
//
// `p2c`, the power of two choices: two different runners at random, the one with fewer of this
// LB's outstanding calls, a fair coin between equals. One that cannot take the call leaves the
// choice to the other; when neither can, the search walks on from the first.

#pragma once

#include "core/placement/placer.h"

namespace fn::core {

class P2cPlacer final : public Placer {
 public:
  explicit P2cPlacer(Rng rng) : rng_(rng) {}

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
