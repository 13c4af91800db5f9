// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <utility>

#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"
#include "sim/cli/progress.h"

namespace fn::sim {

namespace {

constexpr std::uint64_t kMostThreads = 256;

void print(const Console& console, OutputForm form, const RunResult& result) {
  switch (form) {
    case OutputForm::kTable:
      console.out << result.table;
      return;
    case OutputForm::kJson:
      console.out << result.json;
      return;
    case OutputForm::kCsv:
      console.out << result.csv;
      return;
  }
}

// Says every bound that was missed and how to repeat the run.
int check_bounds(const Console& console,
                 const Scenario& scenario,
                 const RunResult& result,
                 const std::string& command) {
  std::size_t missed_bounds = 0;
  for (const Bound& bound : scenario.expect) {
    if (const std::optional<std::string> message = missed(bound, result.lookup)) {
      say_error(console, *message);
      ++missed_bounds;
    }
  }
  if (missed_bounds == 0) {
    return kExitOk;
  }
  say(console,
      std::to_string(missed_bounds) + " of " + std::to_string(scenario.expect.size()) +
          " bounds missed; repeat: " + command);
  return kExitMissed;
}

}  // namespace

int run_command(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const Console& console = invocation.console;
  const core::Result<OutputForm> form = output_form(arguments);
  if (!form) {
    return say_usage(console, form.error());
  }
  const core::Result<std::uint64_t> threads = number_option(arguments, "threads", kMostThreads, 1);
  if (!threads) {
    return say_usage(console, threads.error());
  }
  bool usage = false;
  const core::Result<Scenario> scenario = scenario_of(arguments, usage);
  if (!scenario) {
    return usage ? say_usage(console, scenario.error()) : say_failure(console, scenario.error());
  }
  if (!scenario->has_workload()) {
    say_error(console,
              "run: nothing to simulate: give --trace PATH, or a --scenario with "
              "[[workload.groups]]");
    return kExitUsage;
  }
  if (arguments.has("check") && scenario->expect.empty()) {
    say_error(console, "--check: the scenario has no [expect] table with bounds to enforce");
    return kExitBadInput;
  }
  const RunOptions options{.command = shell_command(invocation.command_line),
                           .threads = static_cast<std::uint32_t>(*threads),
                           .out_folder = arguments.value("out").value_or(""),
                           .metrics_file = arguments.value("metrics").value_or(""),
                           .coloured = console.out_coloured,
                           .unicode = console.unicode};
  const bool quiet = arguments.has("quiet");
  core::Result<RunResult> result = [&] {
    ProgressPrinter progress(console, quiet, steady_seconds());
    return invocation.engine.run(*scenario, options, progress);
  }();
  if (!result) {
    return say_failure(console, result.error());
  }
  for (const std::string& warning : result->warnings) {
    if (!quiet) {
      say(console, "warning: " + warning);
    }
  }
  print(console, *form, *result);
  return arguments.has("check") ? check_bounds(console, *scenario, *result, options.command)
                                : kExitOk;
}

}  // namespace fn::sim
