// SPDX-License-Identifier: Apache-2.0

#include "core/scaling/fixed_scaler.h"

namespace fn::core {

namespace {

// The size is given: of the limits nothing is left but what paces the way to it.
ScaleLimitsConfig limits_of(const ScalerConfig& config) {
  ScaleLimitsConfig limits = config.limits;
  limits.min_runners = config.fixed_runners;
  limits.max_runners = config.fixed_runners;
  limits.headroom_runners = 0;
  limits.down_window = Duration::zero();
  limits.step_down_runners = 0;
  limits.step_down_percent = 0;
  limits.last_runner_hold = Duration::zero();
  return limits;
}

}  // namespace

FixedScaler::FixedScaler(const ScalerConfig& config)
    : runners_(config.fixed_runners), limits_(limits_of(config)) {}

void FixedScaler::decide(const GroupView& view, GroupDecision& decision) {
  limits_.apply(view, runners_, runners_, 0, decision);
}

void FixedScaler::save(Writer& out) const {
  limits_.save(out);
}

Status FixedScaler::load(Reader& in) {
  return limits_.load(in);
}

}  // namespace fn::core
