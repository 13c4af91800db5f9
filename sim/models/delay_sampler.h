// SPDX-License-Identifier: Apache-2.0
//
// Draws delays that a Delay describes: lognormal through its median and its 99th percentile, or
// always the median where both are equal. Whole nanoseconds.

#pragma once

#include "core/base/rng.h"
#include "core/base/time.h"
#include "sim/scenario/world_config.h"

namespace fn::sim {

class DelaySampler {
 public:
  explicit DelaySampler(const Delay& delay);

  core::Duration draw(core::Rng& rng) const;

 private:
  core::Duration median_;
  double mu_ = 0;
  double sigma_ = 0;
};

}  // namespace fn::sim
