// SPDX-License-Identifier: Apache-2.0

#include "tools/fnctl/fnctl.h"

#include "sim/cli/command_line.h"
#include "tools/fnctl/commands.h"

namespace fn::tools {

int fnctl(std::span<const std::string> arguments,
          const sim::Console& console,
          const std::string& api_url) {
  const std::string usual = api_url.empty() ? "http://localhost:8081" : api_url;
  return sim::command_line(
      fnctl_program(),
      arguments,
      console,
      [&usual](const sim::CommandSpec& command,
               const sim::Arguments& its_arguments,
               const sim::Console& its_console) {
        return carry_out(
            command.name,
            Invocation{its_arguments, its_console, its_arguments.value("url").value_or(usual)});
      });
}

}  // namespace fn::tools
