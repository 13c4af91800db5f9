// SPDX-License-Identifier: Apache-2.0
//
// The functions of tenants whose sizes and shapes were chosen one by one.

#pragma once

#include <cstdint>

#include "sim/trace/generate/population.h"

namespace fn::sim {

// Appends to the population. Minutes: of the whole trace.
void add_tenants(const GeneratorConfig& config,
                 std::uint64_t seed,
                 std::int64_t minutes,
                 Population& population);

}  // namespace fn::sim
