// SPDX-License-Identifier: Apache-2.0
//
// Reads a node's configuration: flags over environment over file over defaults. The file is TOML,
// named by --config or FN_CONFIG_FILE; its keys and those of --set KEY=VALUE are dotted. NAME_FILE
// names a file that holds the value of NAME. An empty variable counts as unset. A bad value is an
// error of one line with its name, value and what was expected; an unknown FN_ variable is a
// warning.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"
#include "services/base/node_config.h"

namespace fn::services {

using Environment = std::vector<std::pair<std::string, std::string>>;

struct ConfigSources {
  // `--http-port 80`, `--http-port=80`, `--set lb.placer=ch`, `--config FILE`; a flag that is true
  // or false may stand alone. The caller takes its own words and options out before.
  std::vector<std::string> arguments;
  Environment environment;
  std::string working_folder;
};

// A setting as it stands. Knobs of the core that have no variable have no name and no flag.
struct ConfigLine {
  std::string name;
  std::string flag;
  core::ConfigRow row;
  // What the variable and the flag say, where that is not what the key says; else empty.
  std::string_view variable_sentence;
  unsigned roles = 0;
  bool secret = false;
};

struct LoadedConfig {
  NodeConfig config;
  std::vector<ConfigLine> lines;
  // One line each.
  std::vector<std::string> warnings;
};

core::Result<LoadedConfig> load_config(const ConfigSources& sources);

// All settings as they are when nobody sets them.
std::vector<ConfigLine> default_lines();

// What a process has of FN_ and DOCKER_ variables: `environ` as pairs.
Environment environment_of(const char* const* variables);

// What is wrong with the config as a whole, in one line with the remedy; `lines` tell who said it.
core::Status check_rules(const NodeConfig& config, const std::vector<ConfigLine>& lines);

}  // namespace fn::services
