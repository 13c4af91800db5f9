// SPDX-License-Identifier: Apache-2.0
//
// fixed: always the same number of runners. What is lost is replaced, what comes unasked goes.

#pragma once

#include "core/scaling/group_scaler.h"
#include "core/scaling/scale_limits.h"

namespace fn::core {

class FixedScaler final : public GroupScaler {
 public:
  explicit FixedScaler(const ScalerConfig& config);

  void decide(const GroupView& view, GroupDecision& decision) override;
  void save(Writer& out) const override;
  Status load(Reader& in) override;

 private:
  std::uint32_t runners_;
  ScaleLimits limits_;
};

}  // namespace fn::core
