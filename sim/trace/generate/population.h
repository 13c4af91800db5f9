// SPDX-License-Identifier: Apache-2.0
//
// The functions of a generated trace and how many calls each expects per minute: all that is kept
// of it in memory. Counts themselves are drawn when they are asked for (minute_counts.h).

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/io/trace_model.h"
#include "sim/trace/generate/generator_config.h"
#include "sim/trace/generate/rate_profile.h"

namespace fn::sim {

struct FunctionRate {
  std::uint64_t key = 0;        // of its draws
  double calls_per_minute = 0;  // where the profile is 1
  double burst_scale = 1;       // bursty: makes the mean over the trace 1
  std::uint32_t profile = 0;    // its place in Population::profiles
  std::uint32_t block_minutes = 1;
  std::uint32_t timer_minutes = 1;
  std::uint32_t timer_phase = 0;
  std::uint32_t calls_per_firing = 1;
  CallPattern pattern = CallPattern::kPoisson;
};

struct Population {
  std::vector<core::TraceFunction> functions;  // calls are not counted yet
  std::vector<FunctionRate> rates;             // one per function
  std::vector<RateProfile> profiles;
  std::vector<std::string> notes;  // what was assumed
};

// The same for the same arguments, on every machine. REQUIRES: check_generator() has passed.
Population make_population(const GeneratorConfig& config, std::uint64_t seed);

}  // namespace fn::sim
