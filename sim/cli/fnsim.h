// SPDX-License-Identifier: Apache-2.0
//
// fnsim's command line (command_line.h) with its commands (commands.h).

#pragma once

#include <span>
#include <string>

#include "sim/cli/console.h"
#include "sim/cli/engine.h"

namespace fn::sim {

// `arguments` without the program's name. Never throws.
int fnsim(std::span<const std::string> arguments, Console console, const Engine& engine);

}  // namespace fn::sim
