// SPDX-License-Identifier: Apache-2.0
//
// fnctl's sub-commands. One more is a function here, its row in the table of commands.cc, and its
// function's file.

#pragma once

#include <string>

#include "sim/cli/console.h"
#include "sim/cli/options.h"

namespace fn::tools {

// One invocation of fnctl.
struct Invocation {
  const sim::Arguments& arguments;
  const sim::Console& console;
  // --url, else FN_API_URL, else the load balancer on this machine.
  std::string url;
};

// Each gives the exit code.
int logs_command(const Invocation& invocation);

// The table: all that --help, completion and the manual know.
[[nodiscard]] const sim::Program& fnctl_program();

// Runs the sub-command of this name. REQUIRES: it is in the table and none of every program's.
int carry_out(std::string_view name, const Invocation& invocation);

}  // namespace fn::tools
