// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/world_tables.h"

#include <array>
#include <string_view>

namespace fn::core {

template <>
struct EnumNames<sim::ProviderKind> {
  static constexpr auto kNames = sim::kProviderKindNames;
};

template <>
struct EnumNames<sim::TraceFormat> {
  static constexpr auto kNames = sim::kTraceFormatNames;
};

template <>
struct EnumNames<sim::Spread> {
  static constexpr auto kNames = sim::kSpreadNames;
};

template <>
struct EnumNames<sim::Tie> {
  static constexpr auto kNames = sim::kTieNames;
};

template <>
struct EnumNames<sim::DurationSource> {
  static constexpr auto kNames = sim::kDurationSourceNames;
};

}  // namespace fn::core

namespace fn::sim {

namespace {

using core::field;
using core::Range;

constexpr double kDayS = 86'400;
constexpr double kDayMs = 1'000 * kDayS;
constexpr Range kPercent{0, 100};
constexpr Range kDelayS{0, 10 * kDayS};
constexpr Range kDelayMs{0, kDayMs};
constexpr Range kDelayUs{0, 1'000 * kDayMs};
// No simulated time leaves the range of the clock, even when several of them add up.
constexpr Range kSpanS{0, 1'000 * kDayS};

constexpr std::array kRunFields = {
    field<&RunSettings::seed>("seed", {0, 1e19}, "Seed of every random stream."),
    field<&RunSettings::warmup>(
        "warmup_s", kSpanS, "Simulated time at the start in which nothing is counted."),
    field<&RunSettings::slo>(
        "slo_ms", kDelayMs, "A completed call that waited at most this long is within_slo."),
};

constexpr std::array kNodesFields = {
    field<&NodesConfig::lb_count>(
        "lbs", {1, 64}, "Load balancers that the calls are dealt out to."),
    field<&NodesConfig::initial_runners>(
        "initial_runners",
        {0, 100'000},
        "Runners of each group that exist, and that every LB knows, at the start."),
};

constexpr std::array kProviderFields = {
    field<&ProviderConfig::kind>("kind",
                                 "Who makes runners: simulated, or fn-stub, Fn's stub of 2018."),
    field<&ProviderConfig::request_delay>(
        "request_delay_ms", kDelayMs, "From an order for runners to its answer (fn-stub: 5000)."),
    field<&ProviderConfig::boot, &Delay::median>(
        "boot_median_s", kDelayS, "From the answer until a runner is up: median of a lognormal."),
    field<&ProviderConfig::boot, &Delay::p99>(
        "boot_p99_s", kDelayS, "The same: 99th percentile; equal to the median, it never varies."),
    field<&ProviderConfig::list_interval>(
        "list_interval_ms", {1, kDayMs}, "How often the provider's list of runners is looked at."),
    field<&ProviderConfig::refused_percent>(
        "refused_percent", kPercent, "Orders that the provider refuses."),
    field<&ProviderConfig::partial_percent>(
        "partial_percent", kPercent, "Orders of which the provider grants only half."),
    field<&ProviderConfig::undelivered_percent>(
        "undelivered_percent", kPercent, "Granted runners that never turn up."),
    field<&ProviderConfig::quota_runners>(
        "quota_runners", {0, 1'000'000}, "Runners that a group can have at most; 0: no limit."),
    field<&ProviderConfig::stub_address_count>(
        "stub_address_count",
        {1, 100},
        "fn-stub: addresses in FN_RUNNER_ADDRESSES; each order adds every one of them."),
};

constexpr std::array kNetworkFields = {
    field<&NetworkConfig::one_way>("one_way_us", kDelayUs, "One way between an LB and a runner."),
    field<&NetworkConfig::control_one_way>(
        "control_one_way_us", kDelayUs, "One way between the NPM and an LB, runner or provider."),
    field<&NetworkConfig::membership_poll>(
        "membership_poll_ms",
        kDelayMs,
        "How often an LB asks for its runners; 0: the NPM tells it of each change (Fn: 500)."),
};

constexpr std::array kContainerFields = {
    field<&ContainerConfig::pull, &Delay::median>(
        "pull_median_ms", kDelayMs, "Cold start, image not cached: pulling it, median."),
    field<&ContainerConfig::pull, &Delay::p99>(
        "pull_p99_ms", kDelayMs, "The same: 99th percentile."),
    field<&ContainerConfig::create, &Delay::median>(
        "create_median_ms", kDelayMs, "Cold start: creating the container, median."),
    field<&ContainerConfig::create, &Delay::p99>(
        "create_p99_ms", kDelayMs, "The same: 99th percentile."),
    field<&ContainerConfig::init, &Delay::median>(
        "init_median_ms", kDelayMs, "Cold start: until the function takes calls, median."),
    field<&ContainerConfig::init, &Delay::p99>(
        "init_p99_ms", kDelayMs, "The same: 99th percentile."),
    field<&ContainerConfig::thaw>("thaw_ms", kDelayMs, "Resuming a frozen container."),
    field<&ContainerConfig::failed_percent>(
        "failed_percent", kPercent, "Cold starts that fail in the end."),
};

constexpr std::array kCallerFields = {
    field<&CallerConfig::patience>(
        "patience_s", {0.001, 10 * kDayS, true}, "A caller hangs up after this long."),
    field<&CallerConfig::retries_max>(
        "retries_count", {0, 100}, "How often a caller repeats a refused or timed-out call."),
    field<&CallerConfig::retry_pause>(
        "retry_pause_ms", {1, kDayMs}, "First pause before a repetition; it doubles."),
    field<&CallerConfig::honours_retry_after>(
        "honours_retry_after", "Whether a longer retry-after of the answer is waited for."),
};

constexpr std::array kCostFields = {
    field<&CostConfig::runner_hour_usd>(
        "runner_hour_usd", {0, 1e9}, "Price of a runner for an hour, from its order to its end."),
};

constexpr std::array kTraceInputFields = {
    field<&TraceInput::path>("trace", "The trace to replay, as --trace takes it."),
    field<&TraceInput::format>("trace_format", "How the trace is written."),
};

constexpr std::array kTraceFields = {
    field<&TraceOptions::spread>("spread",
                                 "Where the calls that a trace counts in a minute lie inside it."),
    field<&TraceOptions::tie>(
        "tie", "Which of two functions' calls at one instant is first: smaller id, earlier row."),
    field<&TraceOptions::durations>(
        "durations",
        "How long a call runs: drawn from quantiles, or the average and first the maximum."),
    field<&TraceOptions::tenant>(
        "tenant", "Which functions form a group: all, owner, app, owner:N or a CSV file."),
    field<&TraceOptions::timeout>(
        "timeout_s", kDelayS, "Time-out of every function of a trace; 0: none."),
    field<&TraceOptions::columns>(
        "columns", "Per-call files: FIELD=COLUMN[:UNIT],...; empty: by their usual names."),
    field<&TraceOptions::default_duration>(
        "default_duration_ms", {0.001, kDayMs}, "How long a call runs where a trace does not say."),
    field<&TraceOptions::default_memory, &core::MemoryMib::value>(
        "default_memory_mib", {1, 16.0 * 1024 * 1024}, "A container's memory where none is said."),
    field<&TraceOptions::only>("only", "Only tenant=NAME, app=NAME or fn=NAME; empty: everything."),
    field<&TraceOptions::from>(
        "from", "Calls from here on: 8h since the trace's zero, or a time of day (RFC 3339)."),
    field<&TraceOptions::to>("to", "Calls before this; empty: to the end."),
    field<&TraceOptions::scale>(
        "scale", {1e-6, 1'000}, "Every function's calls times this, by seeded draws."),
    field<&TraceOptions::anonymise>("anonymise",
                                    "Salt of the pseudonyms that names become; empty: names stay."),
    field<&TraceOptions::strict>("strict",
                                 "Refuse a trace with functions that lack durations or memory."),
    field<&TraceOptions::lenient>("lenient", "Skip and count malformed rows of a trace."),
};

}  // namespace

std::span<const core::Field<RunSettings>> run_fields() {
  return kRunFields;
}

std::span<const core::Field<NodesConfig>> nodes_fields() {
  return kNodesFields;
}

std::span<const core::Field<ProviderConfig>> provider_fields() {
  return kProviderFields;
}

std::span<const core::Field<NetworkConfig>> network_fields() {
  return kNetworkFields;
}

std::span<const core::Field<ContainerConfig>> container_fields() {
  return kContainerFields;
}

std::span<const core::Field<CallerConfig>> caller_fields() {
  return kCallerFields;
}

std::span<const core::Field<CostConfig>> cost_fields() {
  return kCostFields;
}

std::span<const core::Field<TraceInput>> trace_input_fields() {
  return kTraceInputFields;
}

std::span<const core::Field<TraceOptions>> trace_fields() {
  return kTraceFields;
}

}  // namespace fn::sim
