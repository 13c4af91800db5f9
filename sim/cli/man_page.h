// SPDX-License-Identifier: Apache-2.0
//
// Manual pages in roff from the table of commands (options.h), for section 1: fnsim.1 of the
// program and fnsim-COMMAND.1 of each sub-command.

#pragma once

#include <string>

#include "sim/cli/options.h"

namespace fn::sim {

// Of the whole program.
std::string man_page();

std::string man_page(const CommandSpec& command);

}  // namespace fn::sim
