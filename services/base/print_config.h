// SPDX-License-Identifier: Apache-2.0
//
// The settings as text, made from their table: what `config print`, --help and the page
// services/configuration.md show. Secrets are shown as "***".

#pragma once

#include <span>
#include <string>

#include "services/base/load_config.h"

namespace fn::services {

// One line per setting: key, value, unit, with `origin` where it was said, and meaning.
std::string config_table(std::span<const ConfigLine> lines, bool origin);

// {"schema": "fnserver.config/1", "config": [{"key", "name", "value", ...}]}
std::string config_json(std::span<const ConfigLine> lines);

// A table per role, without values and origins of this machine.
std::string config_markdown(std::span<const ConfigLine> lines);

// The flags with their variable, default and meaning: the lower part of --help.
std::string config_help(std::span<const ConfigLine> lines);

}  // namespace fn::services
