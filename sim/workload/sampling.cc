// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/sampling.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include "core/base/assert.h"

namespace fn::sim {

namespace {

constexpr double kPi = 3.14159265358979323846;
// ln 2 in two parts: the product of the first with any exponent is exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

constexpr int kExponentBias = 1023;
constexpr int kMantissaBits = 52;

double two_to(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + kExponentBias)
                               << kMantissaBits);
}

// coefficients[0] + coefficients[1] * x + ..., by Horner's rule.
template <std::size_t Size>
double polynomial(const std::array<double, Size>& coefficients, double x) {
  double sum = coefficients[Size - 1];
  for (std::size_t index = Size - 1; index > 0; --index) {
    sum = sum * x + coefficients[index - 1];
  }
  return sum;
}

}  // namespace

double natural_log(double value) {
  FN_ASSERT(value >= 0x1.0p-1022 && value < 0x1.0p1023);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  int exponent = static_cast<int>(bits >> kMantissaBits) - kExponentBias;
  constexpr std::uint64_t kMantissa = (1ULL << kMantissaBits) - 1;
  double mantissa = std::bit_cast<double>((bits & kMantissa) | 0x3ff0000000000000ULL);
  if (mantissa > 1.41421356237309504880) {
    mantissa *= 0.5;
    ++exponent;
  }
  // ln m = 2 artanh(s) with s = (m - 1) / (m + 1), |s| <= 0.172.
  const double s = (mantissa - 1) / (mantissa + 1);
  constexpr std::array<double, 11> kArtanh = {2.0,
                                              2.0 / 3,
                                              2.0 / 5,
                                              2.0 / 7,
                                              2.0 / 9,
                                              2.0 / 11,
                                              2.0 / 13,
                                              2.0 / 15,
                                              2.0 / 17,
                                              2.0 / 19,
                                              2.0 / 21};
  const double part = s * polynomial(kArtanh, s * s);
  return exponent * kLn2High + (exponent * kLn2Low + part);
}

double natural_exp(double value) {
  if (value < -708) {
    return 0;
  }
  value = std::min(value, 709.0);
  const double turns = value * 1.44269504088896340736;
  const int exponent = static_cast<int>(turns + (turns < 0 ? -0.5 : 0.5));
  const double rest = (value - exponent * kLn2High) - exponent * kLn2Low;
  constexpr std::array<double, 14> kTaylor = {1.0,
                                              1.0,
                                              1.0 / 2,
                                              1.0 / 6,
                                              1.0 / 24,
                                              1.0 / 120,
                                              1.0 / 720,
                                              1.0 / 5040,
                                              1.0 / 40320,
                                              1.0 / 362880,
                                              1.0 / 3628800,
                                              1.0 / 39916800,
                                              1.0 / 479001600,
                                              1.0 / 6227020800};
  return polynomial(kTaylor, rest) * two_to(exponent);
}

double power(double base, double exponent) {
  return base == 0 ? 0 : natural_exp(exponent * natural_log(base));
}

double sine_of_turns(double turns) {
  // Into [-1/4, 1/4], where the series is short: whole turns drop out, and sin(pi - x) = sin x.
  const double whole = static_cast<double>(static_cast<std::int64_t>(turns));
  double part = turns - whole;
  if (part > 0.5) {
    part -= 1;
  } else if (part < -0.5) {
    part += 1;
  }
  if (part > 0.25) {
    part = 0.5 - part;
  } else if (part < -0.25) {
    part = -0.5 - part;
  }
  const double x = part * 2 * kPi;
  constexpr std::array<double, 11> kTaylor = {1.0,
                                              -1.0 / 6,
                                              1.0 / 120,
                                              -1.0 / 5040,
                                              1.0 / 362880,
                                              -1.0 / 39916800,
                                              1.0 / 6227020800,
                                              -1.0 / 1307674368000,
                                              1.0 / 355687428096000,
                                              -1.0 / 121645100408832000.0,
                                              1.0 / 51090942171709440000.0};
  return x * polynomial(kTaylor, x * x);
}

double exponential_quantile(double unit, double mean) {
  return -mean * natural_log(1 - unit);
}

double normal_quantile(double unit) {
  constexpr std::array<double, 8> kA = {3.3871328727963666080e0,
                                        1.3314166789178437745e+2,
                                        1.9715909503065514427e+3,
                                        1.3731693765509461125e+4,
                                        4.5921953931549871457e+4,
                                        6.7265770927008700853e+4,
                                        3.3430575583588128105e+4,
                                        2.5090809287301226727e+3};
  constexpr std::array<double, 8> kB = {1.0,
                                        4.2313330701600911252e+1,
                                        6.8718700749205790830e+2,
                                        5.3941960214247511077e+3,
                                        2.1213794301586595867e+4,
                                        3.9307895800092710610e+4,
                                        2.8729085735721942674e+4,
                                        5.2264952788528545610e+3};
  constexpr std::array<double, 8> kC = {1.42343711074968357734e0,
                                        4.63033784615654529590e0,
                                        5.76949722146069140550e0,
                                        3.64784832476320460504e0,
                                        1.27045825245236838258e0,
                                        2.41780725177450611770e-1,
                                        2.27238449892691845833e-2,
                                        7.74545014278341407640e-4};
  constexpr std::array<double, 8> kD = {1.0,
                                        2.05319162663775882187e0,
                                        1.67638483018380384940e0,
                                        6.89767334985100004550e-1,
                                        1.48103976427480074590e-1,
                                        1.51986665636164571966e-2,
                                        5.47593808499534494600e-4,
                                        1.05075007164441684324e-9};
  constexpr std::array<double, 8> kE = {6.65790464350110377720e0,
                                        5.46378491116411436990e0,
                                        1.78482653991729133580e0,
                                        2.96560571828504891230e-1,
                                        2.65321895265761230930e-2,
                                        1.24266094738807843860e-3,
                                        2.71155556874348757815e-5,
                                        2.01033439929228813265e-7};
  constexpr std::array<double, 8> kF = {1.0,
                                        5.99832206555887937690e-1,
                                        1.36929880922735805310e-1,
                                        1.48753612908506148525e-2,
                                        7.86869131145613259100e-4,
                                        1.84631831751005468180e-5,
                                        1.42151175831644588870e-7,
                                        2.04426310338993978564e-15};
  const double q = unit - 0.5;
  if (q <= 0.425 && q >= -0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  const double tail = std::sqrt(-natural_log(q < 0 ? unit : 1 - unit));
  const double size = tail <= 5 ? polynomial(kC, tail - 1.6) / polynomial(kD, tail - 1.6)
                                : polynomial(kE, tail - 5) / polynomial(kF, tail - 5);
  return q < 0 ? -size : size;
}

double lognormal_quantile(double unit, double mu, double sigma) {
  return natural_exp(mu + sigma * normal_quantile(unit));
}

double weibull_quantile(double unit, double shape, double scale) {
  return scale * power(-natural_log(1 - unit), 1 / shape);
}

double burr_quantile(double unit, double c, double k, double scale) {
  return scale * power(std::max(0.0, power(1 - unit, -1 / k) - 1), 1 / c);
}

std::uint64_t poisson_draw(core::Rng& rng, double mean) {
  std::uint64_t events = 0;
  double time = exponential_quantile(open_unit(rng.next()), 1);
  while (time < mean) {
    ++events;
    time += exponential_quantile(open_unit(rng.next()), 1);
  }
  return events;
}

AliasTable::AliasTable(const std::vector<double>& weights) : columns_(weights.size()) {
  FN_ASSERT(!weights.empty() && weights.size() < 0xffffffffU);
  double total = 0;
  for (const double weight : weights) {
    FN_ASSERT(weight >= 0);
    total += weight;
  }
  FN_ASSERT(total > 0);
  std::vector<double> share(weights.size());
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t index = 0; index < weights.size(); ++index) {
    share[index] = weights[index] / total * static_cast<double>(weights.size());
    (share[index] < 1 ? small : large).push_back(index);
    columns_[index] = {1ULL << 53, index};
  }
  // Each small column is topped up by a large one.
  while (!small.empty() && !large.empty()) {
    const std::uint32_t low = small.back();
    const std::uint32_t high = large.back();
    small.pop_back();
    columns_[low] = {static_cast<std::uint64_t>(share[low] * 0x1.0p53), high};
    share[high] -= 1 - share[low];
    if (share[high] < 1) {
      large.pop_back();
      small.push_back(high);
    }
  }
}

AliasTable AliasTable::zipf(std::uint32_t size, double exponent) {
  std::vector<double> weights(size);
  for (std::uint32_t rank = 0; rank < size; ++rank) {
    weights[rank] = power(static_cast<double>(rank) + 1, -exponent);
  }
  return AliasTable(weights);
}

std::uint32_t AliasTable::draw(core::Rng& rng) const {
  const auto index = static_cast<std::uint32_t>(rng.below(columns_.size()));
  const Column& column = columns_[index];
  return (rng.next() >> 11) < column.threshold ? index : column.alias;
}

}  // namespace fn::sim
