// SPDX-License-Identifier: Apache-2.0
//
// Goal: the own transcendental functions agree with the C library's to 1e-14, and draws have the
// distributions that they claim (Kolmogorov-Smirnov tests of 10^5 draws against closed forms, and
// the published quantiles of facts that the simulator rests on).

#include "sim/workload/sampling.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/kolmogorov.h"

namespace fn::sim {
namespace {

constexpr int kDraws = 100'000;

using tests::burr_cdf;
using tests::kKsLimit;
using tests::lognormal_cdf;
using tests::normal_cdf;

// Of kDraws draws; the seed is fixed, so the verdict never changes.
double ks_statistic(const std::function<double(double)>& quantile,
                    const std::function<double(double)>& cdf) {
  const std::uint64_t key = core::Rng(7).fork("ks").next();
  std::vector<double> draws;
  for (std::uint64_t index = 0; index < kDraws; ++index) {
    draws.push_back(quantile(open_unit(draw_at(key, index))));
  }
  return tests::ks_statistic(std::move(draws), cdf);
}

TEST(Sampling, LogAgreesWithTheLibrary) {
  core::Rng rng(1);
  for (int count = 0; count < kDraws; ++count) {
    const double value = std::ldexp(0.5 + rng.unit(), static_cast<int>(rng.below(1800)) - 900);
    const double expected = std::log(value);
    ASSERT_NEAR(natural_log(value), expected, 1e-15 * std::max(1.0, std::abs(expected))) << value;
  }
  for (const double near_one : {1 - 0x1.0p-53, 1.0, 1 + 0x1.0p-52, 1.4142135623730951}) {
    EXPECT_NEAR(natural_log(near_one), std::log(near_one), 1e-16 + 4e-16 * std::log(near_one));
  }
}

TEST(Sampling, ExpAgreesWithTheLibraryAndIsNeverInfinite) {
  core::Rng rng(2);
  for (int count = 0; count < kDraws; ++count) {
    const double value = (rng.unit() - 0.5) * 1400;
    ASSERT_NEAR(natural_exp(value) / std::exp(value), 1.0, 1e-14) << value;
  }
  EXPECT_EQ(natural_exp(0), 1.0);
  EXPECT_EQ(natural_exp(-1e6), 0.0);
  EXPECT_TRUE(std::isfinite(natural_exp(1e6)));
}

TEST(Sampling, SineAgreesWithTheLibrary) {
  core::Rng rng(3);
  for (int count = 0; count < kDraws; ++count) {
    const double turns = (rng.unit() - 0.5) * 20;
    ASSERT_NEAR(sine_of_turns(turns), std::sin(2 * M_PI * turns), 1e-14) << turns;
  }
  EXPECT_EQ(sine_of_turns(0), 0.0);
  EXPECT_NEAR(sine_of_turns(0.25), 1.0, 1e-15);
  EXPECT_NEAR(sine_of_turns(-0.25), -1.0, 1e-15);
}

TEST(Sampling, NormalQuantileIsTheInverseOfTheNormalDistribution) {
  for (const double unit : {1e-15, 1e-9, 1e-4, 0.01, 0.07, 0.08, 0.3, 0.5, 0.6, 0.93, 0.999}) {
    EXPECT_NEAR(normal_cdf(normal_quantile(unit)) / unit, 1.0, 1e-13) << unit;
    EXPECT_NEAR(
        normal_quantile(unit), -normal_quantile(1 - unit), 1e-13 / std::min(unit, 1 - unit));
  }
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
}

TEST(Sampling, UnitIsNeverAtItsEnds) {
  EXPECT_GT(open_unit(0), 0.0);
  EXPECT_LT(open_unit(~0ULL), 1.0);
  EXPECT_GT(1 - open_unit(~0ULL), 0.0);
}

TEST(Sampling, TheBitsOfADrawNeverChange) {
  // Digests of runs rest on these: a change here changes every published result.
  const std::uint64_t key = core::Rng(1).fork("x").next();
  EXPECT_EQ(draw_at(0, 0), 0xe220a8397b1dcdafULL);  // SplitMix64 from seed 0
  EXPECT_EQ(std::bit_cast<std::uint64_t>(natural_log(10)),
            std::bit_cast<std::uint64_t>(0x1.26bb1bbb55516p+1));
  EXPECT_EQ(draw_at(key, 5), draw_at(key, 5));
  EXPECT_NE(draw_at(key, 5), draw_at(key, 6));
}

TEST(Sampling, ExtremeDrawsStayFinite) {
  for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    const double unit = open_unit(bits);
    for (const double value : {exponential_quantile(unit, 1),
                               lognormal_quantile(unit, -0.38, 2.36),
                               weibull_quantile(unit, 0.4176, 0.4217),
                               burr_quantile(unit, 11.652, 0.221, 107.083)}) {
      EXPECT_TRUE(std::isfinite(value));
      EXPECT_GE(value, 0);
    }
  }
}

TEST(Sampling, DrawsHaveTheirDistributions) {
  EXPECT_LT(ks_statistic([](double u) { return exponential_quantile(u, 2); },
                         [](double x) { return 1 - std::exp(-x / 2); }),
            kKsLimit);

  struct Lognormal {
    double mu;
    double sigma;
  };

  for (const Lognormal& fit : {Lognormal{-0.38, 2.36}, Lognormal{0.2965, 1.3260}}) {
    EXPECT_LT(ks_statistic([=](double u) { return lognormal_quantile(u, fit.mu, fit.sigma); },
                           [=](double x) { return lognormal_cdf(x, fit.mu, fit.sigma); }),
              kKsLimit);
  }
  EXPECT_LT(ks_statistic([](double u) { return weibull_quantile(u, 0.4176, 0.4217); },
                         [](double x) { return 1 - std::exp(-std::pow(x / 0.4217, 0.4176)); }),
            kKsLimit);
  EXPECT_LT(ks_statistic([](double u) { return burr_quantile(u, 11.652, 0.221, 107.083); },
                         [](double x) { return burr_cdf(x, 11.652, 0.221, 107.083); }),
            kKsLimit);
  // The same statistic notices a wrong parameter.
  EXPECT_GT(ks_statistic([](double u) { return exponential_quantile(u, 2); },
                         [](double x) { return 1 - std::exp(-x / 2.1); }),
            kKsLimit);
}

TEST(Sampling, QuantilesAreThePublishedOnes) {
  const auto run = [](double u) {
    return lognormal_quantile(u, -0.38, 2.36);
  };
  EXPECT_NEAR(run(0.5), 0.6839, 1e-4);
  EXPECT_NEAR(run(0.75), 3.36, 5e-3);
  EXPECT_NEAR(run(0.9), 14.08, 5e-3);
  EXPECT_NEAR(run(0.99), 165.7, 5e-2);
  const auto memory = [](double u) {
    return burr_quantile(u, 11.652, 0.221, 107.083);
  };
  EXPECT_NEAR(memory(0.05), 95.43, 5e-3);
  EXPECT_NEAR(memory(0.25), 116.52, 5e-3);
  EXPECT_NEAR(memory(0.5), 139.63, 5e-3);
  EXPECT_NEAR(memory(0.75), 183.42, 5e-3);
  EXPECT_NEAR(memory(0.95), 342.73, 5e-3);
  EXPECT_NEAR(memory(0.99), 640.31, 5e-3);
  const auto cold = [](double u) {
    return lognormal_quantile(u, 0.2965, 1.3260);
  };
  EXPECT_NEAR(cold(0.5), 1.345, 5e-4);
  EXPECT_NEAR(cold(0.9), 7.358, 5e-4);
  EXPECT_NEAR(cold(0.99), 29.40, 1e-2);  // published from unrounded parameters
  EXPECT_NEAR(weibull_quantile(0.5, 0.4176, 0.4217), 0.1753, 5e-5);
}

TEST(Sampling, PoissonDrawsHaveEqualMeanAndVariance) {
  core::Rng rng(5);
  double sum = 0;
  double squares = 0;
  for (int count = 0; count < 20'000; ++count) {
    const auto events = static_cast<double>(poisson_draw(rng, 7.5));
    sum += events;
    squares += events * events;
  }
  const double mean = sum / 20'000;
  EXPECT_NEAR(mean, 7.5, 0.1);
  EXPECT_NEAR(squares / 20'000 - mean * mean, 7.5, 0.3);
  EXPECT_EQ(poisson_draw(rng, 0), 0U);
}

TEST(Sampling, ZipfDrawsFollowTheirRanks) {
  constexpr std::uint32_t kItems = 100;
  const AliasTable table = AliasTable::zipf(kItems, 1.0);
  core::Rng rng(6);
  std::vector<double> seen(kItems);
  constexpr int kMany = 1'000'000;
  for (int count = 0; count < kMany; ++count) {
    seen[table.draw(rng)] += 1;
  }
  double harmonic = 0;
  for (std::uint32_t rank = 1; rank <= kItems; ++rank) {
    harmonic += 1.0 / rank;
  }
  double chi_square = 0;
  for (std::uint32_t rank = 1; rank <= kItems; ++rank) {
    const double expected = kMany / harmonic / rank;
    chi_square += (seen[rank - 1] - expected) * (seen[rank - 1] - expected) / expected;
  }
  EXPECT_LT(chi_square, 149);  // once in a thousand with 99 degrees of freedom
}

TEST(Sampling, WeightlessItemsAreNeverDrawn) {
  const AliasTable table({0, 3, 0, 1});
  core::Rng rng(8);
  std::vector<int> seen(4);
  for (int count = 0; count < 4'000; ++count) {
    ++seen[table.draw(rng)];
  }
  EXPECT_EQ(seen[0], 0);
  EXPECT_EQ(seen[2], 0);
  EXPECT_NEAR(seen[1], 3'000, 150);
}

}  // namespace
}  // namespace fn::sim
