// SPDX-License-Identifier: Apache-2.0
//
// What a generated trace holds, minute by minute and tenant by tenant, for the tests of generators.

#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/trace/generate/generated_trace.h"

namespace fn::tests {

struct MinuteLoads {
  std::vector<double> calls;
  std::vector<double> runners;  // of 4 GiB, filled by the calls that come in the minute
};

inline std::map<std::string, MinuteLoads> loads_of(const sim::GeneratorConfig& config,
                                                   std::uint64_t seed = 1) {
  std::map<std::string, MinuteLoads> loads;
  const core::Result<sim::TraceReaderPtr> trace = sim::open_generated(config, seed);
  EXPECT_TRUE(trace) << trace.error().message;
  if (!trace) {
    return loads;
  }
  const std::size_t minutes = config.days * std::size_t{1440};
  core::TraceMinute minute;
  while ((*trace)->next(minute).value_or(false)) {
    for (const core::TraceCount& count : minute.counts) {
      const core::TraceFunction& function = (*trace)->head().functions[count.function];
      MinuteLoads& load = loads[function.tenant];
      load.calls.resize(minutes);
      load.runners.resize(minutes);
      const auto at = static_cast<std::size_t>(minute.number);
      load.calls[at] += count.calls;
      load.runners[at] += count.calls *
                          std::chrono::duration<double>(function.durations.average).count() / 60 *
                          static_cast<double>(function.memory_mib) / 4096;
    }
  }
  return loads;
}

inline double mean_of(const std::vector<double>& minutes, std::size_t from, std::size_t count) {
  const auto begin = minutes.begin() + static_cast<std::ptrdiff_t>(from);
  return std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(count), 0.0) /
         static_cast<double>(count);
}

inline double mean_of(const std::vector<double>& minutes) {
  return mean_of(minutes, 0, minutes.size());
}

}  // namespace fn::tests
