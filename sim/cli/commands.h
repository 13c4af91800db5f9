// SPDX-License-Identifier: Apache-2.0
//
// The sub-commands. Each gets its parsed arguments and returns the exit code.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/value.h"
#include "sim/cli/console.h"
#include "sim/cli/engine.h"
#include "sim/cli/options.h"
#include "sim/scenario/scenario.h"

namespace fn::sim {

// What fnsim is: its commands and what they share.
const Program& fnsim_program();

// One invocation of fnsim.
struct Invocation {
  const Arguments& arguments;
  // The words behind "fnsim" as they were given.
  std::span<const std::string> command_line;
  const Console& console;
  const Engine& engine;
};

int run_command(const Invocation& invocation);
int compare_command(const Invocation& invocation);
int config_command(const Invocation& invocation);
int trace_convert_command(const Invocation& invocation);
int trace_inspect_command(const Invocation& invocation);
int trace_generate_command(const Invocation& invocation);
int bench_command(const Invocation& invocation);

// ---- what they share ----

enum class OutputForm : std::uint8_t { kTable, kJson, kCsv };

core::Result<OutputForm> output_form(const Arguments& arguments);

// A whole number in [1, most] for the option, or `fallback` when it is not given.
core::Result<std::uint64_t> number_option(const Arguments& arguments,
                                          std::string_view option,
                                          std::uint64_t most,
                                          std::uint64_t fallback);

// Appends what each --set KEY=VALUE says.
core::Status add_sets(const Arguments& arguments, std::vector<core::Setting>& settings);

// The scenario that --scenario, --policy, --set and their short forms (--seed, --tenant, ...) give.
// `usage` becomes true when the command line itself is wrong, rather than what it names.
core::Result<Scenario> scenario_of(const Arguments& arguments, bool& usage);

// Says the error and returns its exit code.
int say_usage(const Console& console, const core::Error& error);
int say_failure(const Console& console, const core::Error& error);

// A command that a shell reads back as these words.
std::string shell_command(std::span<const std::string> words);

// One field of a CSV line (RFC 4180).
std::string csv_field(std::string_view text);

}  // namespace fn::sim
