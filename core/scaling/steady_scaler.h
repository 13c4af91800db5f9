// SPDX-License-Identifier: Apache-2.0
//
// steady, our default: as many runners as hold the demand at 70 % of the binding resource.
//
// It grows at once, and by one more when a call waits for over 5 s although the sum fits (the
// memory is there, but in pieces). It shrinks to the highest wish of the last 300 s, by at most one
// runner or 10 % a minute, holds the last runner for 10 minutes after the last call, and then goes
// to the minimum. So a demand that swings around a runner's size moves nothing.

#pragma once

#include <memory>

#include "core/scaling/group_scaler.h"
#include "core/scaling/predictor.h"
#include "core/scaling/scale_limits.h"

namespace fn::core {

class SteadyScaler final : public GroupScaler {
 public:
  explicit SteadyScaler(const ScalerConfig& config);

  void decide(const GroupView& view, GroupDecision& decision) override;
  void save(Writer& out) const override;
  Status load(Reader& in) override;

 private:
  // A call has waited too long, for runners that are all there, and not only just.
  [[nodiscard]] bool waits_in_vain(const GroupView& view,
                                   const MergedRequirement& demand,
                                   std::uint32_t wish) const;

  ScalerConfig config_;
  std::unique_ptr<Predictor> predictor_;
  ScaleLimits limits_;
};

}  // namespace fn::core
