// SPDX-License-Identifier: Apache-2.0
//
// What a trace consists of, gathered while it streams past: sizes, rates, shares, gaps, durations,
// load. `fnsim trace inspect` prints it.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/histogram.h"
#include "core/base/result.h"
#include "sim/trace/tenant_rule.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

struct KindShare {
  std::uint64_t functions = 0;
  std::uint64_t calls = 0;
};

// Offered load: memory held by calls that run, as runners of a given size.
struct TenantLoad {
  std::string tenant;
  std::uint64_t functions = 0;
  std::uint64_t calls = 0;
  double mean_runners = 0;  // over the whole trace
  double peak_runners = 0;  // in the busiest minute
};

struct Spread7 {
  // p1, p25, p50, p75, p90, p99 and p100, in ms.
  std::array<double, 7> ms{};
};

struct TraceStatistics {
  std::uint64_t calls = 0;
  std::uint64_t counted_calls = 0;  // of which the trace knows the minute only
  std::uint64_t tenants = 0;
  std::uint64_t apps = 0;
  std::uint64_t minutes = 0;         // from begin to end
  std::uint64_t busiest_minute = 0;  // calls in it
  std::vector<std::uint64_t> rate;   // calls in each of a few dozen equal parts
  // Share of all calls that the 1, 10, 1 %, 5 % and 20 % largest functions have.
  std::array<double, 5> largest_shares{};
  std::optional<Spread7> gaps;       // between two calls of one function
  std::optional<Spread7> durations;  // of all calls
  std::map<std::string, KindShare> triggers;
  std::vector<TenantLoad> loads;  // by calls, the largest first
};

inline constexpr std::size_t kRateParts = 60;

// Reads the trace to its end. `runner` is the memory of one runner.
core::Result<TraceStatistics> gather(TraceReader& reader, core::MemoryMib runner);

}  // namespace fn::sim
