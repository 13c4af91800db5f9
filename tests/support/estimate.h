// SPDX-License-Identifier: Apache-2.0
//
// What several independent runs say about a mean: its estimate and standard error. A simulated
// figure is held against theory within its own confidence interval, which must be narrow enough to
// tell right from wrong.

#pragma once

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace fn::tests {

class Estimate {
 public:
  void add(double value) { values_.push_back(value); }

  [[nodiscard]] double mean() const {
    double sum = 0;
    for (const double value : values_) {
      sum += value;
    }
    return sum / static_cast<double>(values_.size());
  }

  // Of the mean.
  [[nodiscard]] double standard_error() const {
    double squares = 0;
    for (const double value : values_) {
      squares += (value - mean()) * (value - mean());
    }
    const auto count = static_cast<double>(values_.size());
    return std::sqrt(squares / (count - 1) / count);
  }

 private:
  std::vector<double> values_;
};

// The estimate agrees with `expected` within 3.5 standard errors, which are at most
// `precision` of it.
inline void expect_agrees(const Estimate& estimate, double expected, double precision) {
  EXPECT_LE(estimate.standard_error(), precision * expected) << "too few calls to tell";
  EXPECT_NEAR(estimate.mean(), expected, 3.5 * estimate.standard_error())
      << "standard error " << estimate.standard_error();
}

}  // namespace fn::tests
