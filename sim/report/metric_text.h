// SPDX-License-Identifier: Apache-2.0
//
// Samples of all groups as OpenMetrics text, which Prometheus reads and "promtool tsdb
// create-blocks-from openmetrics" loads into its database: family by family, in each series by
// series, in each a sample per minute, stamped with the simulated second at which the minute ended.
// Names, labels and units are in sim/README.md and are those of the services.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "sim/report/metric_sample.h"

namespace fn::sim {

// All that is to be written: minute after minute, in each the groups in the order of `groups`.
// REQUIRES: samples.size() is a multiple of groups.size().
struct MetricSeries {
  std::span<const std::string> groups;
  std::span<const MetricSample> samples;
};

// Hands the text to `write` in pieces and ends when that fails.
core::Status write_metrics(const MetricSeries& series,
                           const std::function<core::Status(std::string_view)>& write);

}  // namespace fn::sim
