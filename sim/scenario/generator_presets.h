// SPDX-License-Identifier: Apache-2.0
//
// Traces that are shipped by name: TOML texts for `fnsim trace generate`, as a user would write
// them.

#pragma once

#include <span>
#include <string_view>

#include "sim/scenario/presets.h"

namespace fn::sim {

std::span<const Preset> generator_presets();

// Null when nothing is shipped under this name.
const Preset* find_generator_preset(std::string_view name);

std::span<const std::string_view> generator_preset_names();

}  // namespace fn::sim
