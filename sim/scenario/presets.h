// SPDX-License-Identifier: Apache-2.0
//
// Policies that are shipped by name: small TOML texts of settings over the defaults, as a user
// would write them.

#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace fn::sim {

struct Preset {
  std::string_view name;
  std::string_view sentence;
  std::string_view toml;
};

// The one of this name, or null.
constexpr const Preset* find_in(std::span<const Preset> presets, std::string_view name) {
  for (const Preset& preset : presets) {
    if (preset.name == name) {
      return &preset;
    }
  }
  return nullptr;
}

template <std::size_t Size>
constexpr std::array<std::string_view, Size> names_of(const std::array<Preset, Size>& presets) {
  std::array<std::string_view, Size> names;
  for (std::size_t index = 0; index < Size; ++index) {
    names[index] = presets[index].name;
  }
  return names;
}

std::span<const Preset> presets();

// Null when no policy is shipped under this name.
const Preset* find_preset(std::string_view name);

std::span<const std::string_view> preset_names();

}  // namespace fn::sim
