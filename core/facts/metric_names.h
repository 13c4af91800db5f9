// SPDX-License-Identifier: Apache-2.0
//
// The families of metrics that the simulator and the services both have: name, type, unit, help and
// label stand here once, so that a dashboard reads both. Names are part of our contracts.
//
// Each series has the label lb_group, and beside it the family's own label, whose values are the
// words of fact_names.h or those given here.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/time.h"

namespace fn::core {

enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };

struct MetricFamily {
  std::string_view name;  // a counter's without "_total"
  MetricType type = MetricType::kCounter;
  std::string_view unit;  // empty: none
  std::string_view help;
  std::string_view label = {};  // beside lb_group; empty: none
};

inline constexpr std::string_view kGroupLabel = "lb_group";

constexpr std::string_view name_of(MetricType type) {
  constexpr std::array<std::string_view, 3> kNames = {"counter", "gauge", "histogram"};
  return kNames[static_cast<std::size_t>(type)];
}

namespace metric {

constexpr MetricFamily counter(std::string_view name,
                               std::string_view help,
                               std::string_view label = {}) {
  return {.name = name, .type = MetricType::kCounter, .unit = {}, .help = help, .label = label};
}

constexpr MetricFamily gauge(std::string_view name,
                             std::string_view unit,
                             std::string_view help,
                             std::string_view label = {}) {
  return {.name = name, .type = MetricType::kGauge, .unit = unit, .help = help, .label = label};
}

constexpr MetricFamily seconds(std::string_view name, std::string_view help) {
  return {.name = name, .type = MetricType::kHistogram, .unit = "seconds", .help = help};
}

inline constexpr MetricFamily kCallsArrived =
    counter("fn_calls_arrived", "Calls that arrived at the load balancers.");
inline constexpr MetricFamily kCalls =
    counter("fn_calls", "Calls that ended, by outcome.", "outcome");
inline constexpr MetricFamily kCallsLost =
    counter("fn_calls_lost", "Calls that were not completed, by reason.", "reason");
inline constexpr MetricFamily kColdStarts =
    counter("fn_cold_starts", "Functions that started in a fresh container.");
inline constexpr MetricFamily kLbRetries =
    counter("fn_lb_retries", "Efforts for a call beyond the first.");
inline constexpr MetricFamily kLbOvertakes =
    counter("fn_lb_overtakes", "Calls that went past a refused head of the queue.");
inline constexpr MetricFamily kLbWaitingCalls =
    gauge("fn_lb_waiting_calls", "", "Calls that wait for a runner.");
inline constexpr MetricFamily kNpmDemandBytes =
    gauge("fn_npm_demand_bytes", "bytes", "Memory that waiting and running calls need.");
inline constexpr MetricFamily kNpmCapacityBytes =
    gauge("fn_npm_capacity_bytes", "bytes", "Memory of the active runners.");
inline constexpr MetricFamily kNpmRunners =
    gauge("fn_npm_runners", "", "Runners, by state.", "state");
inline constexpr MetricFamily kNpmScaleUps = counter("fn_npm_scale_ups", "Runners asked for.");
inline constexpr MetricFamily kNpmScaleDowns =
    counter("fn_npm_scale_downs", "Runners given up: drained, or their order cancelled.");
inline constexpr MetricFamily kNpmDirectionChanges =
    counter("fn_npm_direction_changes", "Changes between growing and shrinking.");
inline constexpr MetricFamily kNpmDrainsCut =
    counter("fn_npm_drains_cut", "Calls cut off when a drain reached its deadline.");
inline constexpr MetricFamily kRunnerContainers =
    gauge("fn_runner_containers", "", "Containers that exist, starting ones included.");
inline constexpr MetricFamily kRunnerContainerMemory =
    gauge("fn_runner_container_memory_bytes",
          "bytes",
          "Memory that containers hold, idle ones included.");
inline constexpr MetricFamily kRunnerIdleMemory = gauge(
    "fn_runner_idle_memory_bytes", "bytes", "Memory of containers that are up and run no call.");
inline constexpr MetricFamily kCallWait = seconds(
    "fn_call_wait_seconds", "Arrival until the function starts, of every function that started.");
inline constexpr MetricFamily kCallDuration =
    seconds("fn_call_duration_seconds", "Arrival until the answer, of completed calls.");

// Values of kNpmRunners' label.
inline constexpr std::array<std::string_view, 4> kRunnerStates = {
    "requested", "booting", "active", "draining"};

// Fn's latency buckets: a value belongs to the first bound that it does not exceed.
inline constexpr std::array<Duration, 10> kBounds = {
    std::chrono::milliseconds(1),
    std::chrono::milliseconds(10),
    std::chrono::milliseconds(50),
    std::chrono::milliseconds(100),
    std::chrono::milliseconds(250),
    std::chrono::milliseconds(500),
    std::chrono::seconds(1),
    std::chrono::seconds(10),
    std::chrono::seconds(60),
    std::chrono::seconds(120),
};

// How they are written; the last bucket has no bound.
inline constexpr std::array<std::string_view, kBounds.size() + 1> kBoundTexts = {
    "0.001", "0.01", "0.05", "0.1", "0.25", "0.5", "1.0", "10.0", "60.0", "120.0", "+Inf"};

constexpr std::size_t bucket_of(Duration value) {
  std::size_t bucket = 0;
  while (bucket < kBounds.size() && value > kBounds[bucket]) {
    ++bucket;
  }
  return bucket;
}

}  // namespace metric
}  // namespace fn::core
