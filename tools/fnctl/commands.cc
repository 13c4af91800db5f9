// SPDX-License-Identifier: Apache-2.0

#include "tools/fnctl/commands.h"

#include <array>

#include "core/base/assert.h"

namespace fn::tools {
namespace {

using sim::CommandSpec;
using sim::OptionSpec;

// What every command takes.
constexpr OptionSpec kUrl{
    "url", "http://HOST:PORT", "The load balancer; else FN_API_URL, else http://localhost:8081."};
constexpr OptionSpec kNoColor{"no-color", "", "No colours; NO_COLOR does the same."};
constexpr OptionSpec kHelp{"help", "", "This text."};

constexpr std::array kLogsOptions = {
    OptionSpec{"output", "text|json", "The bare log (text), or with the call's id and app."},
    kUrl,
    kNoColor,
    kHelp,
};
constexpr std::array kPlainOptions = {kNoColor, kHelp};

constexpr std::array kCommands = {
    CommandSpec{"logs",
                "Print what a call wrote to stderr, failed calls too.",
                "fnctl logs test 01M8R3Z7Q4NG8G00GZJ0000001\n"
                "fnctl logs test 01M8R3Z7Q4NG8G00GZJ0000001 --output json | jq -r .log",
                "APP CALL_ID",
                kLogsOptions},
    CommandSpec{"completion",
                "Print the script that completes fnctl's command lines in a shell.",
                "source <(fnctl completion bash)\n"
                "fnctl completion fish > ~/.config/fish/completions/fnctl.fish",
                "bash|zsh|fish",
                kPlainOptions},
    CommandSpec{"man",
                "Print a manual page.",
                "fnctl man logs | man -l -\n"
                "fnctl man > /usr/local/share/man/man1/fnctl.1",
                "[COMMAND]",
                kPlainOptions},
    CommandSpec{"version", "Print the version.", "fnctl version", "", kPlainOptions},
    CommandSpec{"help", "Explain a command.", "fnctl help logs", "[COMMAND]", kPlainOptions},
};

struct Row {
  std::string_view name;
  int (*run)(const Invocation& invocation) = nullptr;
};

constexpr std::array kRows = {
    Row{"logs", logs_command},
};

constexpr std::array kVariables = {
    sim::VariableSpec{"FN_API_URL", "The load balancer, as --url; the Fn CLI reads it too."},
    sim::VariableSpec{"NO_COLOR", "No colours when it is not empty."},
};

}  // namespace

const sim::Program& fnctl_program() {
  static constexpr sim::Program kFnctl{
      .name = "fnctl",
      .purpose = "look into a running FaaS platform",
      .description =
          "fnctl asks the load balancer of a running platform what an operator wants "
          "to know.\n",
      .exit_codes =
          "Exit codes: 0 ok, 1 failed or not reachable, 2 wrong use, 3 there is no such "
          "app, call or log.\n",
      .variables = kVariables,
      .commands = kCommands,
  };
  return kFnctl;
}

int carry_out(std::string_view name, const Invocation& invocation) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return row.run(invocation);
    }
  }
  FN_ASSERT(false);
  return 0;
}

}  // namespace fn::tools
