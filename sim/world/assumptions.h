// SPDX-License-Identifier: Apache-2.0
//
// What every simulated world takes for granted, in words for the summary, and what of one knob
// follows from another.

#pragma once

#include <span>
#include <string_view>

#include "sim/world/group_setup.h"

namespace fn::sim {

std::span<const std::string_view> world_assumptions();

// Fills in what the nodes tell each other: the LBs know how large a runner can be and whether
// runners queue; the NPM plans with the size that the provider delivers.
void complete(GroupSetup& setup);

}  // namespace fn::sim
