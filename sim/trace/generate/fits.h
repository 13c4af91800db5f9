// SPDX-License-Identifier: Apache-2.0
//
// What is published of Azure Functions in July 2019 (Shahrad et al., "Serverless in the Wild",
// USENIX ATC 2020, and totals of the released data), as tables and quantile functions. Units are
// in the names. What is not published and had to be chosen says so.

#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/io/trace_model.h"

namespace fn::sim {

enum class Trigger : std::uint8_t {
  kHttp,
  kQueue,
  kEvent,
  kOrchestration,
  kTimer,
  kStorage,
  kOthers,
};

inline constexpr std::size_t kTriggers = 7;

inline constexpr std::array<std::string_view, kTriggers> kTriggerNames = {
    "http", "queue", "event", "orchestration", "timer", "storage", "others"};

// Shares of the released functions. Published as they stand they sum to 105.7 %: timers keep
// their 28.5 %, the others share the rest in their proportions.
inline constexpr std::array<double, kTriggers> kFunctionShares = {
    0.433, 0.151, 0.026, 0.082, 0.285, 0.023, 0.057};

// Shares of the released invocations.
inline constexpr std::array<double, kTriggers> kCallShares = {
    0.225, 0.424, 0.309, 0.014, 0.018, 0.008, 0.001};

// The triggers that an app has, one bit each, and the share of such apps.
struct TriggerSet {
  std::uint32_t triggers = 0;
  double app_percent = 0;
};

// Those of several triggers before those of one. The last ten of several are chosen so that the
// shares of apps with at least one function of each trigger are the published ones.
std::span<const TriggerSet> trigger_sets();

constexpr std::uint32_t bit_of(Trigger trigger) {
  return 1U << static_cast<unsigned>(trigger);
}

constexpr bool has(std::uint32_t triggers, std::size_t trigger) {
  return (triggers >> trigger & 1U) != 0;
}

constexpr std::uint32_t kinds_of(std::uint32_t triggers) {
  return static_cast<std::uint32_t>(std::popcount(triggers));
}

// Calls of the sum of all functions in each hour of the day, relative to the day's mean.
inline constexpr std::array<double, 24> kHourlyProfile = {
    0.936, 0.919, 0.918, 0.914, 0.913, 0.947, 0.973, 1.007, 1.001, 1.006, 1.007, 1.010,
    1.045, 1.088, 1.088, 1.071, 1.050, 1.071, 1.079, 1.035, 1.011, 0.999, 0.973, 0.940};

// The value below which a share `unit` of all apps (or owners) lies. REQUIRES: unit in (0, 1).

// Calls of an app in a day: the published quantiles, and between them what brings the published
// shares of the most popular 0.1, 1, 5 and 18.6 % of 17,577 apps.
double app_calls_quantile(double unit);

// Functions of an app: 54 % have one, 95 % at most 10, 0.04 % more than 100; between these chosen
// so that 17,577 apps have 46,000 functions, as many as the trace has rows in a day.
std::uint32_t app_functions_quantile(double unit);

// Apps of an owner: chosen, 70 % have one and few have many; 1.95 on average.
std::uint32_t owner_apps_quantile(double unit);

// Memory of an app in MB.
double app_memory_mib_quantile(double unit);

// Average execution time of a function in seconds, so many standard deviations from the median.
double run_mean_s_at(double deviations);

// Whole numbers in proportion to `shares` whose sum is `total`.
// REQUIRES: no share is negative, their sum is positive.
template <std::size_t Size>
std::array<std::uint64_t, Size> quotas(const std::array<double, Size>& shares,
                                       std::uint64_t total) {
  double all = 0;
  for (const double share : shares) {
    all += share;
  }
  std::array<std::uint64_t, Size> result{};
  double sum = 0;
  std::uint64_t given = 0;
  for (std::size_t index = 0; index < Size; ++index) {
    sum += shares[index];
    const auto until =
        static_cast<std::uint64_t>(std::llround(sum / all * static_cast<double>(total)));
    result[index] = until - given;
    given = until;
  }
  return result;
}

// Percentiles of calls whose logarithms have the standard deviation `sigma` (chosen: only the
// average and the maximum of functions are published), such that drawing between the percentiles
// has the mean `mean_ns`; no call runs shorter than 1 ms nor longer than a day.
core::FunctionDurations durations_around(double mean_ns, double sigma);

}  // namespace fn::sim
