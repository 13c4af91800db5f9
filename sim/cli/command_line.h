// SPDX-License-Identifier: Apache-2.0
//
// The command line of a program of ours: finds the sub-command, reads its options, and answers
// help, completion, man and version itself, which every program lists last. Data goes to stdout,
// words to stderr, errors are one line "PROGRAM: ...", and the exit code says what kind
// (exit_code.h).

#pragma once

#include <functional>
#include <span>
#include <string>

#include "sim/cli/console.h"
#include "sim/cli/options.h"

namespace fn::sim {

// Does what the command says; the exit code.
using CarryOut =
    std::function<int(const CommandSpec& command, const Arguments& arguments, const Console&)>;

// `words` without the program's name. Never throws.
int command_line(const Program& program,
                 std::span<const std::string> words,
                 Console console,
                 const CarryOut& carry_out);

}  // namespace fn::sim
