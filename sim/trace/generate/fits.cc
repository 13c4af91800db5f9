// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/fits.h"

#include <algorithm>

#include "sim/trace/quantiles.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr std::uint32_t kH = bit_of(Trigger::kHttp);
constexpr std::uint32_t kQ = bit_of(Trigger::kQueue);
constexpr std::uint32_t kE = bit_of(Trigger::kEvent);
constexpr std::uint32_t kO = bit_of(Trigger::kOrchestration);
constexpr std::uint32_t kT = bit_of(Trigger::kTimer);
constexpr std::uint32_t kS = bit_of(Trigger::kStorage);
constexpr std::uint32_t kX = bit_of(Trigger::kOthers);

// Apps with orchestrations have many functions and come first, then those with timers: see
// plan_apps(), which gives the large apps to the first of these.
constexpr std::array kTriggerSets = {
    TriggerSet{kH | kT | kQ | kO, 1.2},
    TriggerSet{kH | kO, 0.96},
    TriggerSet{kH | kO | kE, 0.57},
    TriggerSet{kH | kX | kO, 0.14},
    TriggerSet{kH | kT | kQ | kE, 1.2},
    TriggerSet{kH | kT | kQ | kS, 1.0},
    TriggerSet{kH | kS | kT | kX, 0.8},
    TriggerSet{kH | kT | kQ, 2.21},
    TriggerSet{kH | kT | kX, 1.21},
    TriggerSet{kT | kQ | kX, 0.9},
    TriggerSet{kH | kT, 4.43},
    TriggerSet{kT | kQ, 1.89},
    TriggerSet{kH | kX, 1.86},
    TriggerSet{kS | kX, 0.63},
    TriggerSet{kH | kQ, 3.85},
    TriggerSet{kH | kS, 1.01},
    TriggerSet{kQ | kE, 0.94},
    TriggerSet{kT, 11.90},
    TriggerSet{kX, 2.6},
    TriggerSet{kQ, 7.65},
    TriggerSet{kE, 3.02},
    TriggerSet{kS, 2.49},
    TriggerSet{kH, 47.54},
};

struct Knot {
  double share = 0;
  double value = 0;
};

// Published: the shares .25, .5, .75, .81, .9, .95, .99 and the maximum; 45 % make at most one call
// an hour.
constexpr std::array kAppCalls = {Knot{0, 0.35},
                                  Knot{0.25, 15},
                                  Knot{0.45, 24.5},
                                  Knot{0.5, 288},
                                  Knot{0.75, 1415},
                                  Knot{0.81, 1779},
                                  Knot{0.9, 8573},
                                  Knot{0.95, 35'948},
                                  Knot{0.975, 100'000},
                                  Knot{0.99, 493'984},
                                  Knot{0.999, 4.2e6},
                                  Knot{0.9998, 40e6},
                                  Knot{0.9999715, 127'471'685}};

constexpr std::array kAppFunctions = {Knot{0.54, 2},
                                      Knot{0.75, 2.3},
                                      Knot{0.85, 3.2},
                                      Knot{0.9, 5},
                                      Knot{0.95, 10.99},
                                      Knot{0.98, 13},
                                      Knot{0.995, 24},
                                      Knot{0.9996, 100.99},
                                      Knot{1, 200}};

constexpr std::array kOwnerApps = {
    Knot{0.70, 2}, Knot{0.86, 2.4}, Knot{0.95, 4.2}, Knot{0.99, 15}, Knot{0.999, 50}, Knot{1, 200}};

// Logarithms of the value are linear in the share between knots; constant beyond them.
double between(std::span<const Knot> knots, double unit) {
  const auto after = std::find_if(
      knots.begin(), knots.end(), [unit](const Knot& knot) { return knot.share >= unit; });
  if (after == knots.end()) {
    return knots.back().value;
  }
  if (after == knots.begin()) {
    return after->value;
  }
  const Knot& before = *(after - 1);
  const double part = (unit - before.share) / (after->share - before.share);
  return before.value * power(after->value / before.value, part);
}

std::uint32_t count_between(std::span<const Knot> knots, double unit) {
  return unit <= knots.front().share ? 1 : static_cast<std::uint32_t>(between(knots, unit));
}

}  // namespace

std::span<const TriggerSet> trigger_sets() {
  return kTriggerSets;
}

double app_calls_quantile(double unit) {
  return between(kAppCalls, unit);
}

std::uint32_t app_functions_quantile(double unit) {
  return count_between(kAppFunctions, unit);
}

std::uint32_t owner_apps_quantile(double unit) {
  return count_between(kOwnerApps, unit);
}

double app_memory_mib_quantile(double unit) {
  return burr_quantile(unit, 11.652, 0.221, 107.083);
}

double run_mean_s_at(double deviations) {
  return natural_exp(-0.38 + 2.36 * deviations);
}

core::FunctionDurations durations_around(double mean_ns, double sigma) {
  // The extremes of some thousand calls.
  constexpr std::array<double, core::kQuantileShares.size()> kAt = {
      0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.9995};
  constexpr double kLongestNs = 86'400e9;
  std::array<double, kAt.size()> shape{};
  for (std::size_t index = 0; index < kAt.size(); ++index) {
    shape[index] = natural_exp(sigma * normal_quantile(kAt[index]));
  }
  const auto mean_of = [](const auto& values) {
    double mean = 0;
    for (std::size_t index = 1; index < values.size(); ++index) {
      mean += (static_cast<double>(values[index - 1]) + static_cast<double>(values[index])) / 2 *
              (core::kQuantileShares[index] - core::kQuantileShares[index - 1]);
    }
    return mean;
  };
  const double scale = mean_ns / mean_of(shape);
  const auto shortest = static_cast<double>(kShortestRun.count());
  std::array<std::int64_t, kAt.size()> quantiles{};
  core::FunctionDurations durations;
  for (std::size_t index = 0; index < kAt.size(); ++index) {
    quantiles[index] =
        static_cast<std::int64_t>(std::clamp(scale * shape[index], shortest, kLongestNs));
    durations.quantiles[index] = core::Duration(quantiles[index]);
  }
  durations.average = core::Duration(std::llround(mean_of(quantiles)));
  durations.maximum = durations.quantiles.back();
  return durations;
}

}  // namespace fn::sim
