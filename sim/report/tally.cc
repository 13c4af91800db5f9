// SPDX-License-Identifier: Apache-2.0

#include "sim/report/tally.h"

#include <algorithm>
#include <numeric>

namespace fn::sim {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kNanosecondsPerHour = 3.6e12;
constexpr double kMibPerGib = 1024;

double milliseconds(core::Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

std::optional<Percentiles> spread_of(const core::Histogram& histogram) {
  if (histogram.count() == 0) {
    return std::nullopt;
  }
  const auto percentile = [&histogram](std::uint32_t per_mille) {
    return milliseconds(histogram.percentile(per_mille).value_or(core::Duration{}));
  };
  return Percentiles{.mean = milliseconds(histogram.mean().value_or(core::Duration{})),
                     .p50 = percentile(500),
                     .p90 = percentile(900),
                     .p99 = percentile(990),
                     .p99_9 = percentile(999)};
}

std::uint64_t count_of(const CallCounts& calls, core::CallOutcome outcome) {
  return calls.outcomes[static_cast<std::size_t>(outcome)];
}

// The level that was held on average over the window.
std::optional<double> mean_level(core::WideInt area, core::Duration length) {
  if (length <= core::Duration{}) {
    return std::nullopt;
  }
  return static_cast<double>(area) / static_cast<double>(length.count());
}

}  // namespace

void CallCounts::add(const CallCounts& other) {
  for (std::size_t index = 0; index < outcomes.size(); ++index) {
    outcomes[index] += other.outcomes[index];
  }
  for (std::size_t index = 0; index < reasons.size(); ++index) {
    reasons[index] += other.reasons[index];
  }
  cold += other.cold;
  within_slo += other.within_slo;
  retries += other.retries;
  overtakes += other.overtakes;
  drains_cut += other.drains_cut;
  cold_overhead_ns += other.cold_overhead_ns;
}

void WindowSums::add(const WindowSums& other) {
  length = std::max(length, other.length);
  runner_ns += other.runner_ns;
  runner_idle_ns += other.runner_idle_ns;
  container_ns += other.container_ns;
  idle_mib_ns += other.idle_mib_ns;
  scale_ups += other.scale_ups;
  scale_downs += other.scale_downs;
  direction_changes += other.direction_changes;
}

void Tally::add(const Tally& other) {
  calls.add(other.calls);
  window.add(other.window);
  cost += other.cost;
  cost_idle += other.cost_idle;
  wait.merge(other.wait);
  latency.merge(other.latency);
}

GroupSummary Tally::summary(const Peaks& peaks) const {
  GroupSummary summary;
  summary.calls = std::accumulate(calls.outcomes.begin(), calls.outcomes.end(), std::uint64_t{0});
  summary.completed = count_of(calls, core::CallOutcome::kCompleted);
  summary.cold = calls.cold;
  summary.warm = summary.completed - summary.cold;
  summary.refused = count_of(calls, core::CallOutcome::kRefused);
  summary.timed_out = count_of(calls, core::CallOutcome::kTimedOut);
  summary.failed = count_of(calls, core::CallOutcome::kFailed);
  summary.retries = calls.retries;
  summary.overtakes = calls.overtakes;
  if (summary.calls > 0) {
    summary.within_slo = static_cast<double>(calls.within_slo) / static_cast<double>(summary.calls);
  }
  summary.wait_ms = spread_of(wait);
  summary.latency_ms = spread_of(latency);
  summary.cold_overhead_s = static_cast<double>(calls.cold_overhead_ns) / kNanosecondsPerSecond;
  summary.runner_hours = static_cast<double>(window.runner_ns) / kNanosecondsPerHour;
  summary.cost = cost;
  summary.idle_gib_hours =
      static_cast<double>(window.idle_mib_ns) / kMibPerGib / kNanosecondsPerHour;
  summary.scale_ups = window.scale_ups;
  summary.scale_downs = window.scale_downs;
  summary.direction_changes = window.direction_changes;
  summary.drains_cut = calls.drains_cut;
  summary.containers_mean = mean_level(window.container_ns, window.length);
  summary.containers_peak = peaks.containers;
  summary.runners_mean = mean_level(window.runner_ns, window.length);
  summary.runners_peak = peaks.runners;
  summary.runner_hours_idle = static_cast<double>(window.runner_idle_ns) / kNanosecondsPerHour;
  summary.cost_idle = cost_idle;
  return summary;
}

}  // namespace fn::sim
