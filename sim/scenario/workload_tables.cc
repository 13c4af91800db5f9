// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/workload_tables.h"

#include <array>
#include <string_view>

namespace fn::core {

template <>
struct EnumNames<sim::ArrivalProcess> {
  static constexpr auto kNames = sim::kArrivalProcessNames;
};

template <>
struct EnumNames<sim::DurationKind> {
  static constexpr auto kNames = sim::kDurationKindNames;
};

template <>
struct EnumNames<sim::MemoryKind> {
  static constexpr auto kNames = sim::kMemoryKindNames;
};

}  // namespace fn::core

namespace fn::sim {

namespace {

using core::field;
using core::Range;

constexpr Range kTimeS{0, 10.0 * 365 * 86'400};
constexpr Range kSomeTimeS{1e-9, 10.0 * 365 * 86'400};
constexpr Range kRate{0, 200'000};
constexpr Range kMib{1, 16.0 * 1024 * 1024};

constexpr std::array kSyntheticFields = {
    field<&SyntheticConfig::duration>(
        "duration_s", kTimeS, "No trace: calls arrive before this time; 0: until `calls`."),
    field<&SyntheticConfig::calls>(
        "calls", {0, 1e12}, "No trace: each group ends with this many calls; 0: no such end."),
};

constexpr std::array kGroupFields = {
    field<&SyntheticGroup::name>("name", "The group's name."),
    field<&SyntheticGroup::label>(
        "label", "What the group's random streams are named after; empty: its name."),
};

using Arrivals = ArrivalShape;
using Durations = DurationShape;
using Memory = MemoryShape;
using Family = FunctionFamily;

constexpr std::array kFunctionFields = {
    field<&Family::name>("name", "Id of the function; several are <name>-0, <name>-1, ..."),
    field<&Family::count>("count", {1, 1'000'000}, "Functions that share this arrival process."),
    field<&Family::zipf>(
        "zipf", {0, 10}, "Function r of them gets calls in proportion to (r + 1)^-zipf."),
    field<&Family::cpu>("cpu_milli", {0, 1e9}, "CPU of one call, thousandths of a core; 0: none."),
    field<&Family::timeout>("timeout_s", kTimeS, "Time-out of a call; 0: none."),
    field<&Family::arrivals, &Arrivals::process>("arrivals", "How calls arrive."),
    field<&Family::arrivals, &Arrivals::rate_per_s>(
        "rate_per_s", kRate, "Calls of all of them; mean of a sine, base of a step or burst."),
    field<&Family::arrivals, &Arrivals::start>("start_s", kTimeS, "No call before this time."),
    field<&Family::arrivals, &Arrivals::even>(
        "even", "step, sine, burst: calls at equal steps of the expected number, not at random."),
    field<&Family::arrivals, &Arrivals::step_at>(
        "step_at_s", kTimeS, "step: when the rate changes."),
    field<&Family::arrivals, &Arrivals::step_rate_per_s>(
        "step_rate_per_s", kRate, "step: the rate from then on."),
    field<&Family::arrivals, &Arrivals::sine_period>(
        "sine_period_s", kSomeTimeS, "sine: its period."),
    field<&Family::arrivals, &Arrivals::sine_peak_to_trough>(
        "sine_peak_to_trough", {1, 1e6}, "sine: highest rate divided by the lowest."),
    field<&Family::arrivals, &Arrivals::sine_phase>(
        "sine_phase", {0, 1}, "sine: where it begins: 0 at the mean and rising, 0.25 at the peak."),
    field<&Family::arrivals, &Arrivals::burst_at>("burst_at_s", kTimeS, "burst: when it begins."),
    field<&Family::arrivals, &Arrivals::burst_length>(
        "burst_length_s", kSomeTimeS, "burst: how long it lasts."),
    field<&Family::arrivals, &Arrivals::burst_every>(
        "burst_every_s", kTimeS, "burst: time between two beginnings; 0: one burst only."),
    field<&Family::arrivals, &Arrivals::burst_rate_per_s>(
        "burst_rate_per_s", kRate, "burst: the rate in it."),
    field<&Family::durations, &Durations::kind>("durations", "How long calls run."),
    field<&Family::durations, &Durations::mean>(
        "duration_mean_s", kSomeTimeS, "exponential: the mean; constant: the time."),
    field<&Family::durations, &Durations::median>(
        "duration_median_s", kSomeTimeS, "lognormal: the median."),
    field<&Family::durations, &Durations::sigma>(
        "duration_sigma", {0, 10}, "lognormal: standard deviation of the logarithm."),
    field<&Family::durations, &Durations::shortest>(
        "duration_shortest_s", kSomeTimeS, "A shorter draw counts as this."),
    field<&Family::durations, &Durations::longest>(
        "duration_longest_s", kSomeTimeS, "A longer draw counts as this."),
    field<&Family::durations, &Durations::first_run_scale>(
        "first_run_scale", {1, 1'000}, "A container's first run takes so many times as long."),
    field<&Family::durations, &Durations::first_run_extra>(
        "first_run_extra_s", kTimeS, "And so much longer."),
    field<&Family::memory, &Memory::kind>(
        "memory", "Memory of a function: one of memory_mib, or drawn from a Burr distribution."),
    field<&Family::memory, &Memory::burr_c>("memory_burr_c", {0.01, 1'000}, "burr: first shape."),
    field<&Family::memory, &Memory::burr_k>("memory_burr_k", {0.01, 1'000}, "burr: second shape."),
    field<&Family::memory, &Memory::burr_scale_mib>(
        "memory_burr_scale_mib", {0.01, 1e6}, "burr: scale."),
    field<&Family::memory, &Memory::most>("memory_most_mib", kMib, "burr: a larger draw is this."),
};

constexpr std::array kMemoryChoiceFields = {
    field<&core::MemoryMib::value>(
        "", kMib, "Memory of one call; of several amounts each is equally likely."),
};

}  // namespace

std::span<const core::Field<SyntheticConfig>> synthetic_fields() {
  return kSyntheticFields;
}

std::span<const core::Field<SyntheticGroup>> group_fields() {
  return kGroupFields;
}

std::span<const core::Field<FunctionFamily>> function_fields() {
  return kFunctionFields;
}

std::span<const core::Field<core::MemoryMib>> memory_choice_fields() {
  return kMemoryChoiceFields;
}

}  // namespace fn::sim
