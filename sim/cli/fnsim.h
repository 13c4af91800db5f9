// SPDX-License-Identifier: Apache-2.0
//
// fnsim's command line: finds the sub-command and runs it. Data goes to stdout, words to stderr,
// errors are one line "fnsim: ...", and the exit code says what kind (exit_code.h).

#pragma once

#include <span>
#include <string>

#include "sim/cli/console.h"
#include "sim/cli/engine.h"

namespace fn::sim {

// `arguments` without the program's name. Never throws.
int fnsim(std::span<const std::string> arguments, Console console, const Engine& engine);

}  // namespace fn::sim
