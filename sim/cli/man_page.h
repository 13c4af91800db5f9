// SPDX-License-Identifier: Apache-2.0
//
// Manual pages in roff from the table of commands (options.h), for section 1: PROGRAM.1 of the
// program and PROGRAM-COMMAND.1 of each sub-command.

#pragma once

#include <string>

#include "sim/cli/options.h"

namespace fn::sim {

// Of the whole program.
std::string man_page(const Program& program);

std::string man_page(const Program& program, const CommandSpec& command);

}  // namespace fn::sim
