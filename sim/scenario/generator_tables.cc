// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/generator_tables.h"

#include <array>
#include <string_view>

namespace fn::core {

template <>
struct EnumNames<sim::Weekday> {
  static constexpr auto kNames = sim::kWeekdayNames;
};

template <>
struct EnumNames<sim::CallPattern> {
  static constexpr auto kNames = sim::kCallPatternNames;
};

template <>
struct EnumNames<sim::AmountSource> {
  static constexpr auto kNames = sim::kAmountSourceNames;
};

template <>
struct EnumNames<sim::ShapeKind> {
  static constexpr auto kNames = sim::kShapeKindNames;
};

}  // namespace fn::core

namespace fn::sim {

namespace {

using core::field;
using core::Range;

constexpr Range kPercent{0, 100};
constexpr Range kFactor{0, 10'000};
constexpr Range kCallsPerDay{0, 1e11};
constexpr Range kMib{1, 16.0 * 1024 * 1024};
constexpr Range kMinutes{0, 366.0 * 1440};
constexpr Range kHours{0, 366.0 * 24};

constexpr std::array kTraceFields = {
    field<&GeneratorConfig::days>("days", {1, 366}, "How long the trace is."),
    field<&GeneratorConfig::first_day>("first_day", "The day of the week on which it begins."),
};

using Platform = PlatformConfig;

constexpr std::array kPlatformFields = {
    field<&Platform::apps>(
        "apps", {0, 350'000}, "Apps with the published popularity and triggers; 0: no platform."),
    field<&Platform::calls_per_day>(
        "calls_per_day", kCallsPerDay, "Their calls on a weekday; 0: as published for so many."),
    field<&Platform::apps_per_owner>("apps_per_owner", {1, 100}, "Apps of an owner, on average."),
    field<&Platform::weekend_factor>(
        "weekend_factor", kFactor, "Rate of a Saturday or Sunday to that of a weekday."),
    field<&Platform::swing_percent>(
        "swing_percent", kPercent, "An owner's own daily swing around that of the sum, at most."),
    field<&Platform::bursty_percent>(
        "bursty_percent",
        kPercent,
        "Apps that come in bursts, of those without timers up to 60 calls a minute."),
    field<&Platform::aligned_percent>(
        "aligned_percent", kPercent, "Timers that fire on multiples of their period."),
    field<&Platform::most_memory>("most_memory_mib", kMib, "A larger draw counts as this."),
};

using Tenant = TenantConfig;

constexpr std::array kTenantFields = {
    field<&Tenant::name>("name", "The tenant's name."),
    field<&Tenant::apps>("apps", {1, 1'000'000}, "Apps that share its functions."),
    field<&Tenant::functions>("functions", {1, 1'000'000}, "Its functions."),
    field<&Tenant::trigger>("trigger", "What calls them, such as http, queue or timer."),
    field<&Tenant::calls_per_day>(
        "calls_per_day", kCallsPerDay, "Calls of all its functions; or load_gib says the size."),
    field<&Tenant::load_gib>(
        "load_gib", {0, 1e6}, "Memory held by calls in execution, on average before shapes."),
    field<&Tenant::zipf>(
        "zipf", {0, 10}, "Function r of them gets calls in proportion to (r + 1)^-zipf."),
    field<&Tenant::pattern>("arrivals", "How calls come."),
    field<&Tenant::durations>("durations",
                              "Average execution times: run_mean_ms, or drawn as published."),
    field<&Tenant::run_mean>(
        "run_mean_ms", {1, 86'400e3}, "Average execution time of its functions."),
    field<&Tenant::run_spread_percent>(
        "run_spread_percent", {0, 90}, "So much functions differ from it, up and down."),
    field<&Tenant::run_sigma>(
        "run_sigma", {0, 3}, "Standard deviation of the logarithm of a function's times."),
    field<&Tenant::memory>("memory", "Memory of a function: memory_mib, or drawn as published."),
    field<&Tenant::peak_to_trough>(
        "peak_to_trough", {1, 1e6}, "Highest rate of a day divided by the lowest; a sine."),
    field<&Tenant::peak>("peak_hours", {0, 24}, "When the rate is highest."),
    field<&Tenant::weekend_factor>(
        "weekend_factor", kFactor, "Rate of a Saturday or Sunday to that of a weekday."),
    field<&Tenant::silent_weekends>("silent_weekends", "No calls on Saturdays and Sundays."),
};

using Shape = LoadShape;

constexpr std::array kShapeFields = {
    field<&Shape::kind>("kind", "What happens."),
    field<&Shape::at>("at_hours", kHours, "When it begins, from the trace's beginning."),
    field<&Shape::length>("length_minutes", kMinutes, "flash-crowd, silence: how long it lasts."),
    field<&Shape::every>(
        "every_minutes", kMinutes, "Time between two beginnings; 0: once. Period of a saw-tooth."),
    field<&Shape::crowd>("crowd_factor", kFactor, "flash-crowd: the rate at its height."),
    field<&Shape::rise>("rise_minutes", kMinutes, "flash-crowd: how long the rate rises."),
    field<&Shape::fall>("fall_minutes", kMinutes, "flash-crowd: how long it falls, at the end."),
    field<&Shape::share_percent>(
        "share_percent", kPercent, "herd: calls that come in the first minute of each period."),
    field<&Shape::runners>(
        "level_runners", {0, 100'000}, "saw-tooth: runners that it fills on average."),
    field<&Shape::swing_runners>("swing_runners",
                                 {0, 100'000},
                                 "saw-tooth: so many fewer at its beginning, more at its end."),
    field<&Shape::runner_memory>("runner_memory_mib", kMib, "saw-tooth: the size of a runner."),
};

constexpr std::array kTimerPeriodFields = {
    field<&TimerPeriod::value>(
        "",
        {1, 7.0 * 1440},
        "timer: the period; of several, function i has the i-th, in a circle."),
};

}  // namespace

std::span<const core::Field<GeneratorConfig>> generated_fields() {
  return kTraceFields;
}

std::span<const core::Field<PlatformConfig>> platform_fields() {
  return kPlatformFields;
}

std::span<const core::Field<TenantConfig>> tenant_fields() {
  return kTenantFields;
}

std::span<const core::Field<LoadShape>> shape_fields() {
  return kShapeFields;
}

std::span<const core::Field<TimerPeriod>> timer_period_fields() {
  return kTimerPeriodFields;
}

}  // namespace fn::sim
