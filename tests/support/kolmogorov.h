// SPDX-License-Identifier: Apache-2.0
//
// The Kolmogorov-Smirnov statistic: how far draws are from a distribution.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace fn::tests {

// sqrt(n) times the largest distance between the draws' distribution and `cdf`. Above kKsLimit a
// true sample comes once in a thousand. Draws that were rounded to multiples of `step` are compared
// where one multiple ends and the next begins.
inline constexpr double kKsLimit = 1.95;

inline double ks_statistic(std::vector<double> draws,
                           const std::function<double(double)>& cdf,
                           double step = 0) {
  std::sort(draws.begin(), draws.end());
  const auto count = static_cast<double>(draws.size());
  double distance = 0;
  for (std::size_t index = 0; index < draws.size(); ++index) {
    const double below = static_cast<double>(index) / count;
    if (index == 0 || draws[index] != draws[index - 1]) {
      distance = std::max(distance, std::abs(cdf(draws[index] - step / 2) - below));
    }
    if (index + 1 == draws.size() || draws[index] != draws[index + 1]) {
      distance = std::max(distance, std::abs(cdf(draws[index] + step / 2) - below - 1 / count));
    }
  }
  return distance * std::sqrt(count);
}

inline double normal_cdf(double x) {
  return std::erfc(-x / std::sqrt(2.0)) / 2;
}

inline double lognormal_cdf(double x, double mu, double sigma) {
  return normal_cdf((std::log(x) - mu) / sigma);
}

inline double burr_cdf(double x, double c, double k, double scale) {
  return 1 - std::pow(1 + std::pow(x / scale, c), -k);
}

}  // namespace fn::tests
