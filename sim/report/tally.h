// SPDX-License-Identifier: Apache-2.0
//
// Everything that is counted, in whole numbers, so that adding groups up is exact and does not
// depend on their order or on threads; figures are computed from it once, at the end.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/histogram.h"
#include "core/base/time.h"
#include "core/base/wide.h"
#include "core/lb/messages.h"
#include "sim/report/group_summary.h"

namespace fn::sim {

inline constexpr std::size_t kCallOutcomes = 4;
inline constexpr std::size_t kRefusalReasons =
    static_cast<std::size_t>(core::RefusalReason::kOtherGroup) + 1;

// Counts of calls that arrived at or after the warm-up's end.
struct CallCounts {
  std::array<std::uint64_t, kCallOutcomes> outcomes{};
  std::array<std::uint64_t, kRefusalReasons> reasons{};  // of calls that were not completed
  std::uint64_t cold = 0;
  std::uint64_t within_slo = 0;
  std::uint64_t retries = 0;
  std::uint64_t overtakes = 0;
  std::uint64_t drains_cut = 0;
  core::WideInt cold_overhead_ns = 0;

  void add(const CallCounts& other);
};

// What is measured over [warm-up, last arrival]: levels multiplied by the time they were held, and
// scale actions.
struct WindowSums {
  core::Duration length{};
  core::WideInt runner_ns = 0;
  core::WideInt runner_idle_ns = 0;  // of it, by memory that no starting or running call used
  core::WideInt container_ns = 0;
  core::WideInt idle_mib_ns = 0;
  std::uint64_t scale_ups = 0;
  std::uint64_t scale_downs = 0;
  std::uint64_t direction_changes = 0;

  // REQUIRES: both are of one run, so that their lengths agree.
  void add(const WindowSums& other);
};

// Highest levels; nothing where the window was empty.
struct Peaks {
  std::optional<std::uint64_t> containers;
  std::optional<std::uint64_t> runners;
};

struct Tally {
  CallCounts calls;
  WindowSums window;
  double cost = 0;
  double cost_idle = 0;
  core::Histogram wait;
  core::Histogram latency;

  void add(const Tally& other);

  // `group` is left empty.
  [[nodiscard]] GroupSummary summary(const Peaks& peaks) const;
};

}  // namespace fn::sim
