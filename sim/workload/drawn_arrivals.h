// SPDX-License-Identifier: Apache-2.0
//
// Arrivals that were drawn before the run, for benchmarks and tests.

#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/workload/arrival.h"

namespace fn::sim {

class DrawnArrivals final : public ArrivalSource {
 public:
  // REQUIRES: `arrivals` are in total order.
  explicit DrawnArrivals(std::vector<Arrival> arrivals) : arrivals_(std::move(arrivals)) {}

  void fill(core::Instant until, std::vector<Arrival>& out) override {
    const auto first = arrivals_.begin() + static_cast<std::ptrdiff_t>(next_);
    const auto last = std::partition_point(
        first, arrivals_.end(), [until](const Arrival& arrival) { return arrival.at < until; });
    out.insert(out.end(), first, last);
    next_ = static_cast<std::size_t>(last - arrivals_.begin());
  }

  [[nodiscard]] bool exhausted() const override { return next_ == arrivals_.size(); }

 private:
  std::vector<Arrival> arrivals_;
  std::size_t next_ = 0;
};

}  // namespace fn::sim
