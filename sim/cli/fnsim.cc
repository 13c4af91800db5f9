// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/fnsim.h"

#include <string_view>

#include "sim/cli/command_line.h"
#include "sim/cli/commands.h"

namespace fn::sim {

namespace {

int carry_out(std::string_view name, const Invocation& invocation) {
  if (name == "run") {
    return run_command(invocation);
  }
  if (name == "compare") {
    return compare_command(invocation);
  }
  if (name == "config") {
    return config_command(invocation);
  }
  if (name == "trace convert") {
    return trace_convert_command(invocation);
  }
  if (name == "trace inspect") {
    return trace_inspect_command(invocation);
  }
  if (name == "trace generate") {
    return trace_generate_command(invocation);
  }
  return bench_command(invocation);
}

}  // namespace

int fnsim(std::span<const std::string> arguments, Console console, const Engine& engine) {
  return command_line(
      fnsim_program(),
      arguments,
      console,
      [&](const CommandSpec& command, const Arguments& its_arguments, const Console& its_console) {
        return carry_out(command.name, Invocation{its_arguments, arguments, its_console, engine});
      });
}

}  // namespace fn::sim
