// SPDX-License-Identifier: Apache-2.0
//
// Arrivals that were drawn before the run, for benchmarks and tests.

#pragma once

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
    for (; next_ < arrivals_.size() && arrivals_[next_].at < until; ++next_) {
      out.push_back(arrivals_[next_]);
    }
  }

  [[nodiscard]] bool exhausted() const override { return next_ == arrivals_.size(); }

 private:
  std::vector<Arrival> arrivals_;
  std::size_t next_ = 0;
};

}  // namespace fn::sim
