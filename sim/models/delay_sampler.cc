// SPDX-License-Identifier: Apache-2.0

#include "sim/models/delay_sampler.h"

#include <cstdint>

#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

// The 99th percentile of the standard normal distribution.
constexpr double kNormalP99 = 2.3263478740408408;

}  // namespace

DelaySampler::DelaySampler(const Delay& delay) : median_(delay.median) {
  if (delay.median > core::Duration::zero() && delay.p99 > delay.median) {
    mu_ = natural_log(static_cast<double>(delay.median.count()));
    sigma_ = (natural_log(static_cast<double>(delay.p99.count())) - mu_) / kNormalP99;
  }
}

core::Duration DelaySampler::draw(core::Rng& rng) const {
  if (sigma_ == 0) {
    return median_;
  }
  const double nanoseconds = lognormal_quantile(open_unit(rng.next()), mu_, sigma_);
  constexpr double kLongest = 1e17;  // three years
  return core::Duration(static_cast<std::int64_t>(nanoseconds < kLongest ? nanoseconds : kLongest));
}

}  // namespace fn::sim
