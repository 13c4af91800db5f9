// SPDX-License-Identifier: Apache-2.0
//
// How long the calls of one function run, as the percentiles that a trace gives.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/time.h"

namespace fn::sim {

// No execution of a trace is shorter: published averages are cut to whole milliseconds, down to 0.
inline constexpr core::Duration kShortestRun = std::chrono::milliseconds(1);

// The shares of calls at which a duration is known; Azure's columns percentile_Average_<p>.
inline constexpr std::array<double, 7> kQuantileShares = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};

struct FunctionDurations {
  // At kQuantileShares.
  std::array<core::Duration, kQuantileShares.size()> quantiles{};
  core::Duration average{};
  core::Duration maximum{};
};

// Milliseconds as a duration, to the nearest nanosecond. REQUIRES: 0 <= milliseconds < 2^43.
core::Duration from_ms(double milliseconds);

// The duration below which a share `unit` of all calls lies, linear between the known quantiles,
// never below kShortestRun. REQUIRES: unit in [0, 1].
core::Duration quantile(const FunctionDurations& durations, double unit);

}  // namespace fn::sim
