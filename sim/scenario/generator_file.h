// SPDX-License-Identifier: Apache-2.0
//
// Reads what a trace is to be generated from: TOML, over the defaults of GeneratorConfig, and
// settings over that.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"
#include "core/config/value.h"
#include "sim/trace/generate/generator_config.h"

namespace fn::sim {

struct GeneratorSources {
  std::string preset;                   // one of generator_presets(); empty: none
  std::string file;                     // TOML, instead of a preset
  std::vector<core::Setting> settings;  // over it
};

// The configuration, checked. An error is one line: the place, the key, what was expected and what
// was found. kNotFound: there is no such preset or file.
core::Result<GeneratorConfig> load_generator(const GeneratorSources& sources);

// The same from settings alone.
core::Result<GeneratorConfig> make_generator(std::span<const core::Setting> settings);

}  // namespace fn::sim
