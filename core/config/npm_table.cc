// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "core/config/tables.h"
#include "core/scaling/group_scaler.h"

namespace fn::core {

namespace {

constexpr double kDayS = 86'400;
constexpr double kYearS = 366 * kDayS;
constexpr double kMostMib = 0xffffffffU;
constexpr Range kRunners{0, 1'000'000};
constexpr Range kPercent{1, 100};
constexpr Range kTimeS{0, kDayS};
constexpr Range kPeriodS{0.001, kDayS};

// The scaler's own structs are two levels down.
template <auto Member>
constexpr auto limit(std::string_view key, Range range, std::string_view sentence) {
  return field<&NpmConfig::scaling, &ScalerConfig::limits, Member>(key, range, sentence);
}

template <auto Member>
constexpr auto steady(std::string_view key, Range range, std::string_view sentence) {
  return field<&NpmConfig::scaling, &ScalerConfig::steady, Member>(key, range, sentence);
}

template <auto Member>
constexpr auto kpa(std::string_view key, Range range, std::string_view sentence) {
  return field<&NpmConfig::scaling, &ScalerConfig::kpa, Member>(key, range, sentence);
}

template <auto Member>
constexpr auto orders(std::string_view key, Range range, std::string_view sentence) {
  return field<&NpmConfig::pool, &LbGroupConfig::orders, Member>(key, range, sentence);
}

using Limits = ScaleLimitsConfig;

constexpr std::array kFields = {
    field<&NpmConfig::scaler>(
        "scaler",
        scaler_names,
        "Who decides a group's size; with fn-2018 the whole NPM keeps the rules of 2018."),
    limit<&Limits::min_runners>("min_runners", kRunners, "A group never has fewer runners."),
    limit<&Limits::max_runners>("max_runners", kRunners, "A group never has more runners."),
    limit<&Limits::headroom_runners>(
        "headroom_runners", kRunners, "Runners beyond the need, as long as there is demand."),
    limit<&Limits::cooldown_up>(
        "cooldown_up_s", kTimeS, "No growth sooner than this after a change of size."),
    limit<&Limits::cooldown_down>(
        "cooldown_down_s", kTimeS, "No shrinking sooner than this after a change of size."),
    limit<&Limits::step_up_runners>(
        "step_up_runners", kRunners, "Runners asked for per step_up_period_s at most; 0: any."),
    limit<&Limits::step_up_period>("step_up_period_s", kPeriodS, "See step_up_runners."),
    limit<&Limits::down_window>(
        "down_window_s", kTimeS, "A group shrinks to the highest wish of this past."),
    limit<&Limits::step_down_runners>(
        "step_down_runners",
        kRunners,
        "Runners drained per step_down_period_s at most, or step_down_percent; both 0: any."),
    limit<&Limits::step_down_percent>(
        "step_down_percent", {0, 100}, "Share of the active runners, where that is more."),
    limit<&Limits::step_down_period>("step_down_period_s", kPeriodS, "See step_down_runners."),
    limit<&Limits::last_runner_hold>(
        "last_runner_hold_s", {0, kYearS}, "The last runner stays this long after the last call."),
    steady<&SteadyConfig::utilisation_percent>(
        "steady.utilisation_percent",
        kPercent,
        "Share of the binding resource, memory or CPU, that demand may fill."),
    steady<&SteadyConfig::long_wait>(
        "steady.long_wait_s", kTimeS, "A call that waits longer gets one more runner."),
    kpa<&KpaConfig::target_percent>(
        "kpa.target_percent", kPercent, "Share of a runner that the mean demand may fill."),
    kpa<&KpaConfig::stable_window>(
        "kpa.stable_window_s", {1, 3'600}, "Demand is averaged over this time."),
    kpa<&KpaConfig::panic_window_percent>(
        "kpa.panic_window_percent", kPercent, "In a panic, over this share of stable_window_s."),
    kpa<&KpaConfig::panic_threshold_percent>(
        "kpa.panic_threshold_percent",
        {100, 100'000},
        "A panic begins when its wish is this share of the active runners."),
    kpa<&KpaConfig::max_scale_up_rate>(
        "kpa.max_scale_up_factor",
        {1, 1'000'000},
        "At one tick a group grows to so many times its active runners at most."),
    kpa<&KpaConfig::max_scale_down_rate>(
        "kpa.max_scale_down_factor",
        {1, 1'000'000},
        "And shrinks to its active runners divided by this at least."),
    kpa<&KpaConfig::tick>("kpa.tick_s", {0.001, 3'600}, "Time between two decisions."),
    kpa<&KpaConfig::scale_down_delay>(
        "kpa.scale_down_delay_s", kTimeS, "A group shrinks to the highest wish of this past."),
    kpa<&KpaConfig::scale_to_zero_grace>(
        "kpa.scale_to_zero_grace_s",
        kTimeS,
        "The last runner stays this long after stable_window_s saw no demand."),
    field<&NpmConfig::scaling, &ScalerConfig::fixed_runners>(
        "fixed_runners", kRunners, "fixed: runners of a group."),
    field<&NpmConfig::scaling, &ScalerConfig::planned_memory_mib>(
        "planned_memory_mib",
        {1, kMostMib},
        "Size of a runner to come until one has been seen; fnsim: that of runner.memory_mib."),
    field<&NpmConfig::scaling, &ScalerConfig::planned_cpu_milli>(
        "planned_cpu_milli",
        {0, kMostMib},
        "Likewise its CPU, 0: not counted; fnsim: that of runner.cpu_milli."),
    field<&NpmConfig::merging, &CapacityMergerConfig::lease>(
        "lease_s", kPeriodS, "An LB's claim stands this long after it was last heard."),
    orders<&OrderConfig::deadline>(
        "order_deadline_s", kPeriodS, "What is missing of an order by then is ordered again."),
    orders<&OrderConfig::first_pause>(
        "order_first_pause_s", kPeriodS, "Pause after an order's first failure; it doubles."),
    orders<&OrderConfig::longest_pause>(
        "order_longest_pause_s", kPeriodS, "Longest pause after failures."),
    field<&NpmConfig::pool, &LbGroupConfig::drain_deadline>(
        "drain_deadline_s", {0, kYearS}, "A drained runner goes when idle, or after this long."),
    field<&NpmConfig::pool, &LbGroupConfig::max_runners>(
        "known_runners",
        {1, 1'000'000},
        "Runners of a group known and ordered together; it bounds every scaler, fn-2018 too."),
    field<&NpmConfig::health, &RestedRunnersConfig::rest_before_replacement>(
        "replace_rested_after_s",
        {0, kDayS, true},
        "A runner that all its LBs rest for this long is replaced."),
    field<&NpmConfig::health, &RestedRunnersConfig::provision_delay>(
        "replace_every_s", kTimeS, "At most one rested runner per group is replaced in this time."),
    field<&NpmConfig::first_list_wait>(
        "first_list_wait_s", kTimeS, "A new NPM waits this long for the first list of runners."),
};

}  // namespace

bool is_used(std::string_view scaler, std::string_view key) {
  constexpr std::array<std::string_view, 5> kOfSeedRules = {
      "scaler", "planned_memory_mib", "planned_cpu_milli", "known_runners", "first_list_wait_s"};
  constexpr std::array<std::string_view, 3> kOfFixedSize = {
      "min_runners", "max_runners", "headroom_runners"};
  constexpr std::array<std::string_view, 5> kOfShrinking = {"down_window_s",
                                                            "step_down_runners",
                                                            "step_down_percent",
                                                            "step_down_period_s",
                                                            "last_runner_hold_s"};
  const auto among = [key](const auto& keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  if (scaler == "fn-2018") {
    return among(kOfSeedRules);
  }
  if (key.starts_with("steady.") || key.starts_with("kpa.") || key == "fixed_runners") {
    return key.starts_with(scaler);
  }
  if (scaler == "fixed") {
    return !among(kOfFixedSize) && !among(kOfShrinking);
  }
  return scaler != "kpa" || !among(kOfShrinking);
}

std::span<const Field<NpmConfig>> npm_fields() {
  return kFields;
}

}  // namespace fn::core
