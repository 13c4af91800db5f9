// SPDX-License-Identifier: Apache-2.0
//
// Random amounts whose bits are the same under every compiler and C library: the few
// transcendental functions needed are own ones, of + - * / and sqrt in a fixed order, and each
// distribution is its quantile function applied to one uniform draw. Errors of log, exp, sine and
// the normal quantile are below 1e-14 relative (tests/sim/workload/sampling_test.cc).

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/hash.h"
#include "core/base/rng.h"

namespace fn::sim {

// ln(value). REQUIRES: value is positive, normal and finite.
double natural_log(double value);

// e^value; 0 below -708, e^709 above 709: never infinite.
double natural_exp(double value);

// base^exponent. REQUIRES: base as for natural_log, or 0.
double power(double base, double exponent);

// sin(2 pi turns). REQUIRES: |turns| < 2^50.
double sine_of_turns(double turns);

// 64 random bits as a number inside (0, 1), never 0 or 1.
constexpr double open_unit(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1.0p-52;
}

// Draw number `index` of the stream `key` (SplitMix64 at this position): no state to keep or to
// disturb. Keys come from core::Rng, forked by name.
constexpr std::uint64_t draw_at(std::uint64_t key, std::uint64_t index) {
  return core::mix64(key + (index + 1) * 0x9e3779b97f4a7c15ULL);
}

// Quantile functions: the value below which a share `unit` of all draws lies.
// REQUIRES: unit in (0, 1), scales and shapes positive.
double exponential_quantile(double unit, double mean);
double normal_quantile(double unit);  // mean 0, standard deviation 1 (Wichura 1988, AS 241)
double lognormal_quantile(double unit, double mu, double sigma);
double weibull_quantile(double unit, double shape, double scale);
double burr_quantile(double unit, double c, double k, double scale);  // Burr type XII

// How many events of a Poisson process with this mean fall into one unit of time. Takes time in
// proportion to the mean.
std::uint64_t poisson_draw(core::Rng& rng, double mean);

// Chooses 0 .. size - 1 in proportion to given weights in constant time (Vose's alias method).
class AliasTable {
 public:
  // REQUIRES: no weight is negative, their sum is positive.
  explicit AliasTable(const std::vector<double>& weights);

  // Item number r is chosen in proportion to (r + 1)^-exponent.
  static AliasTable zipf(std::uint32_t size, double exponent);

  [[nodiscard]] std::uint32_t draw(core::Rng& rng) const;

 private:
  struct Column {
    std::uint64_t threshold = 0;  // of 2^53: below it the column itself, else the alias
    std::uint32_t alias = 0;
  };

  std::vector<Column> columns_;
};

}  // namespace fn::sim
