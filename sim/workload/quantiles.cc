// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/quantiles.h"

#include <algorithm>
#include <cmath>

namespace fn::sim {

core::Duration from_ms(double milliseconds) {
  return core::Duration(std::llround(milliseconds * 1e6));
}

core::Duration quantile(const FunctionDurations& durations, double unit) {
  std::size_t above = 1;
  while (above + 1 < kQuantileShares.size() && unit >= kQuantileShares[above]) {
    ++above;
  }
  const double share =
      (unit - kQuantileShares[above - 1]) / (kQuantileShares[above] - kQuantileShares[above - 1]);
  const core::Duration low = durations.quantiles[above - 1];
  const double step = static_cast<double>((durations.quantiles[above] - low).count());
  return std::max(kShortestRun, low + core::Duration(static_cast<std::int64_t>(step * share)));
}

}  // namespace fn::sim
