// SPDX-License-Identifier: Apache-2.0
//
// `round-robin`: one runner after the other in membership order, past those that cannot take the
// call. Each LB counts for itself.

#pragma once

#include "core/placement/placer.h"

namespace fn::core {

class RoundRobinPlacer final : public Placer {
 public:
  std::uint32_t first(const PoolView& pool,
                      FunctionHandle function,
                      const FunctionSpec& spec,
                      PlacementSession& session) override;

  void save(Writer& out) const override { out.pod(turn_); }

  void load(Reader& in) override { in.pod(turn_); }

 private:
  std::uint32_t turn_ = 0;
};

}  // namespace fn::core
