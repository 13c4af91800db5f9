// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/quantiles.h"

#include <algorithm>
#include <cmath>

namespace fn::sim {

core::Duration from_ms(double milliseconds) {
  return core::Duration(std::llround(milliseconds * 1e6));
}

core::Duration quantile(const core::FunctionDurations& durations, double unit) {
  std::size_t above = 1;
  while (above + 1 < core::kQuantileShares.size() && unit >= core::kQuantileShares[above]) {
    ++above;
  }
  const double share = (unit - core::kQuantileShares[above - 1]) /
                       (core::kQuantileShares[above] - core::kQuantileShares[above - 1]);
  const core::Duration low = durations.quantiles[above - 1];
  const double step = static_cast<double>((durations.quantiles[above] - low).count());
  return std::max(kShortestRun, low + core::Duration(static_cast<std::int64_t>(step * share)));
}

}  // namespace fn::sim
