// SPDX-License-Identifier: Apache-2.0
//
// How long the calls of one function run, as the percentiles that a trace gives.

#pragma once

#include "core/base/time.h"
#include "core/io/trace_model.h"

namespace fn::sim {

// No execution of a trace is shorter: published averages are cut to whole milliseconds, down to 0.
inline constexpr core::Duration kShortestRun = std::chrono::milliseconds(1);

// Milliseconds as a duration, to the nearest nanosecond. REQUIRES: 0 <= milliseconds < 2^43.
core::Duration from_ms(double milliseconds);

// The duration below which a share `unit` of all calls lies, linear between the known quantiles,
// never below kShortestRun. REQUIRES: unit in [0, 1].
core::Duration quantile(const core::FunctionDurations& durations, double unit);

}  // namespace fn::sim
