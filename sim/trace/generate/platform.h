// SPDX-License-Identifier: Apache-2.0
//
// The functions of a whole platform, from the plans of its apps and the published fits of execution
// times and memory.

#pragma once

#include <cstdint>

#include "sim/trace/generate/population.h"

namespace fn::sim {

// Appends to the population. Minutes: of the whole trace.
void add_platform(const GeneratorConfig& config,
                  std::uint64_t seed,
                  std::int64_t minutes,
                  Population& population);

}  // namespace fn::sim
