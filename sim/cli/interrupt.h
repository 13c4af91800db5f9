// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C and its kin (SIGINT, SIGTERM, SIGHUP) as a flag that a run looks at between minutes, so
// that it can take away what it has begun to write. The second one ends the program at once.

#pragma once

namespace fn::sim {

// From here on the first such signal only raises the flag.
void watch_for_interrupts();

// The signal that came, or 0.
int interrupted();

// Ends the program by this signal, as if it had never been watched for.
[[noreturn]] void end_by(int signal);

}  // namespace fn::sim
