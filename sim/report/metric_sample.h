// SPDX-License-Identifier: Apache-2.0
//
// What the metrics of a group are at one instant: counts since the begin of the run, the warm-up
// included as a service would count it, and levels. The recorder keeps one, a minute at a time;
// metric_text.h writes them.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/time.h"
#include "core/base/wide.h"
#include "core/facts/metric_names.h"
#include "sim/report/minute_row.h"
#include "sim/report/tally.h"

namespace fn::sim {

// A histogram as Prometheus has it: how many values lie at or below each bound.
struct MetricHistogram {
  // Each with its own values only, not those of the buckets below.
  std::array<std::uint64_t, core::metric::kBoundTexts.size()> buckets{};
  core::WideInt sum_ns = 0;

  void add(core::Duration value) {
    ++buckets[core::metric::bucket_of(value)];
    sum_ns += value.count();
  }
};

struct MetricSample {
  // Counts.
  MetricHistogram wait;      // of every start
  MetricHistogram duration;  // arrival to answer, of completed calls
  std::array<std::uint64_t, kCallOutcomes> outcomes{};
  std::array<std::uint64_t, kRefusalReasons> reasons{};  // of calls that were not completed
  std::uint64_t arrived = 0;
  std::uint64_t cold_starts = 0;
  std::uint64_t retries = 0;
  std::uint64_t overtakes = 0;
  std::uint64_t drains_cut = 0;
  std::uint64_t scale_ups = 0;
  std::uint64_t scale_downs = 0;
  std::uint64_t direction_changes = 0;
  // Levels.
  std::uint64_t waiting = 0;
  std::uint64_t demand_mib = 0;
  std::uint64_t capacity_mib = 0;
  std::uint64_t containers = 0;
  std::uint64_t held_mib = 0;
  std::uint64_t idle_mib = 0;
  RunnerCounts runners;
};

// It goes through a file of this run's own.
static_assert(std::is_trivially_copyable_v<MetricSample>);

}  // namespace fn::sim
