// SPDX-License-Identifier: Apache-2.0
//
// Policies that are shipped by name: small TOML texts of settings over the defaults, as a user
// would write them.

#pragma once

#include <span>
#include <string_view>

namespace fn::sim {

struct Preset {
  std::string_view name;
  std::string_view sentence;
  std::string_view toml;
};

std::span<const Preset> presets();

// Null when no policy is shipped under this name.
const Preset* find_preset(std::string_view name);

std::span<const std::string_view> preset_names();

}  // namespace fn::sim
