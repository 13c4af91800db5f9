// SPDX-License-Identifier: Apache-2.0
//
// The figures of one group, or of a whole run, as summary.json tells them: each one's meaning, unit
// and edge cases are in sim/README.md. An empty set has no value (null), a sum over nothing is
// zero.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fn::sim {

// Mean and percentiles of a set of durations, in milliseconds.
struct Percentiles {
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  double p99_9 = 0;
};

struct GroupSummary {
  // Empty for the total.
  std::string group;

  std::uint64_t calls = 0;
  std::uint64_t completed = 0;
  std::uint64_t cold = 0;
  std::uint64_t warm = 0;
  std::uint64_t refused = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t failed = 0;
  std::uint64_t retries = 0;
  std::uint64_t overtakes = 0;
  std::optional<double> within_slo;
  std::optional<Percentiles> wait_ms;
  std::optional<Percentiles> latency_ms;
  double cold_overhead_s = 0;

  double runner_hours = 0;
  double cost = 0;
  double idle_gib_hours = 0;
  std::uint64_t scale_ups = 0;
  std::uint64_t scale_downs = 0;
  std::uint64_t direction_changes = 0;
  std::uint64_t drains_cut = 0;
  std::optional<double> containers_mean;
  std::optional<std::uint64_t> containers_peak;
  std::optional<double> runners_mean;
  std::optional<std::uint64_t> runners_peak;
  // Nothing in summaries of versions that did not tell them.
  std::optional<double> runner_hours_idle;
  std::optional<double> cost_idle;
};

}  // namespace fn::sim
