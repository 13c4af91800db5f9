// SPDX-License-Identifier: Apache-2.0
//
// fnctl, the operator's command line: asks a running platform through its load balancer. How
// commands, options, help and exit codes are done is fnsim's (sim/cli/command_line.h).

#pragma once

#include <span>
#include <string>

#include "sim/cli/console.h"

namespace fn::tools {

// `arguments` without the program's name; `api_url`: FN_API_URL, empty where it is not set. Never
// throws. Gives the exit code.
int fnctl(std::span<const std::string> arguments,
          const sim::Console& console,
          const std::string& api_url);

}  // namespace fn::tools
