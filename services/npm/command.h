// SPDX-License-Identifier: Apache-2.0
//
// A command of the operator's, run by the shell in a session of its own: text in, text out, and an
// end within a limit, whatever it does.

#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace fn::services {

// What it wrote, if it ended with 0 within the limit; else one line with what it said last. Its
// output beyond 4 MiB is an error. When the limit is over it is killed with all that it started.
// Blocks. REQUIRES: SIGPIPE is ignored (services/base/signals.h).
core::Result<std::string> run_command(const std::string& command,
                                      const std::string& input,
                                      core::Duration limit);

}  // namespace fn::services
