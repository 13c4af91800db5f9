// SPDX-License-Identifier: Apache-2.0
//
// What a generated trace is made from: a whole platform of applications by the published fits, and
// tenants of chosen sizes and shapes. traces/generating.md explains the knobs for users.
//
// A function's rate is what its tenant's size says, times the tenant's daily and weekly profile,
// times each of its shapes. Sizes hold where all of these are 1.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/base/units.h"

namespace fn::sim {

enum class Weekday : std::uint8_t {
  kMonday,
  kTuesday,
  kWednesday,
  kThursday,
  kFriday,
  kSaturday,
  kSunday,
};

inline constexpr std::array<std::string_view, 7> kWeekdayNames = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

// Every app of a platform such as Azure Functions in July 2019.
struct PlatformConfig {
  std::uint32_t apps = 0;             // 0: no platform
  std::uint64_t calls_per_day = 0;    // of a weekday; 0: as many as so many apps make
  double apps_per_owner = 1.95;       // assumed: not published
  double weekend_factor = 1 / 1.2;    // rate of a Saturday or Sunday to that of a weekday
  double swing_percent = 80;          // an owner's own daily swing around the sum's, at most
  double bursty_percent = 30;         // of the apps without timers below 60 calls a minute
  double aligned_percent = 50;        // of the timers: they fire on full minutes of their period
  core::MemoryMib most_memory{1536};  // a larger draw counts as this
};

enum class ShapeKind : std::uint8_t { kFlashCrowd, kHerd, kSawTooth, kSilence };

inline constexpr std::array<std::string_view, 4> kShapeKindNames = {
    "flash-crowd", "herd", "saw-tooth", "silence"};

// What happens to a tenant's rate; whole minutes.
struct LoadShape {
  ShapeKind kind = ShapeKind::kFlashCrowd;
  core::Duration at{};      // when it begins, from the trace's zero
  core::Duration length{};  // flash crowd, silence
  core::Duration every{};   // time between two beginnings; 0: once
  // flash crowd: times the rate at its height, and how long it takes up and down, within `length`.
  double crowd = 10;
  core::Duration rise = std::chrono::minutes(3);
  core::Duration fall = std::chrono::minutes(10);
  // herd: the share of the tenant's calls that comes in the first minute of each `every`.
  double share_percent = 80;
  // saw tooth: instead of the daily profile, the load rises evenly from `runners` - `swing` to
  // `runners` + `swing` runners of this size within `every`, then falls back at once.
  double runners = 4;
  double swing_runners = 1;
  core::MemoryMib runner_memory{4096};
};

enum class CallPattern : std::uint8_t {
  kPoisson,
  kEven,    // as the rate says, within one call
  kTimer,   // the same number of calls in each minute that is a multiple of the period
  kBursty,  // Poisson; the rate of stretches of about 20 calls is Weibull with shape 0.4176
};

inline constexpr std::array<std::string_view, 4> kCallPatternNames = {
    "poisson", "even", "timer", "bursty"};

// Where a tenant's execution times or memory come from.
enum class AmountSource : std::uint8_t { kChosen, kAzure2019 };

inline constexpr std::array<std::string_view, 2> kAmountSourceNames = {"chosen", "azure2019"};

struct TimerPeriod {
  core::Duration value = std::chrono::minutes(5);
};

struct TenantConfig {
  std::string name;
  std::uint32_t apps = 1;
  std::uint32_t functions = 1;
  std::string trigger = "http";
  // One of these two is above 0. A load is memory held by calls in execution, on average.
  std::uint64_t calls_per_day = 0;
  double load_gib = 0;
  double zipf = 1;  // function r of them gets calls in proportion to (r + 1)^-zipf
  CallPattern pattern = CallPattern::kPoisson;
  std::vector<TimerPeriod> timer_periods = {TimerPeriod{}};  // of functions 0, 1, ...

  AmountSource durations = AmountSource::kChosen;
  core::Duration run_mean = std::chrono::seconds(1);  // of all functions, each counted once
  double run_spread_percent = 20;  // functions' means differ by so much up and down
  double run_sigma = 0.4;          // of the logarithm of one function's calls
  AmountSource memory = AmountSource::kChosen;
  std::vector<core::MemoryMib> memory_choices = {core::MemoryMib{256}};  // of functions 0, 1, ...

  double peak_to_trough = 1;  // over the day; a sine
  core::Duration peak = std::chrono::hours(15);
  double weekend_factor = 1;
  bool silent_weekends = false;
  std::vector<LoadShape> shapes;
};

struct GeneratorConfig {
  std::uint32_t days = 1;
  Weekday first_day = Weekday::kMonday;
  PlatformConfig platform;
  std::vector<TenantConfig> tenants;
};

}  // namespace fn::sim
