// SPDX-License-Identifier: Apache-2.0
//
// `least-outstanding`: of the runners that can take the call, the one with the fewest of this LB's
// outstanding calls, the first in membership order of equals. It looks at every runner.

#pragma once

#include "core/placement/placer.h"

namespace fn::core {

class LeastOutstandingPlacer final : public Placer {
 public:
  std::uint32_t first(const PoolView& pool,
                      FunctionHandle function,
                      const FunctionSpec& spec,
                      PlacementSession& session) override;
};

}  // namespace fn::core
