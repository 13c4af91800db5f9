// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/fnsim.h"

#include <exception>
#include <string_view>
#include <vector>

#include "core/config/suggest.h"
#include "sim/cli/commands.h"
#include "sim/cli/completion.h"
#include "sim/cli/exit_code.h"
#include "sim/cli/man_page.h"
#include "sim/cli/options.h"
#include "sim/cli/version.h"

namespace fn::sim {

namespace {

// A command of which all words are given, such as those behind "help".
std::string joined(std::span<const std::string> words) {
  std::string name;
  for (const std::string& word : words) {
    name += (name.empty() ? "" : " ") + word;
  }
  return name;
}

// The first word is no command, or begins several and the second one is none of them.
int unknown_command(const Console& console, std::span<const std::string> words) {
  std::vector<std::string_view> known = second_words(words.front());
  const bool begins = !known.empty();
  known = begins ? known : first_words();
  const std::string word = !begins ? words.front() : words.size() > 1 ? words[1] : "";
  const std::string given = begins ? words.front() + (word.empty() ? "" : " " + word) : word;
  say_error(console,
            "unknown command \"" + given + "\": expected " +
                (begins ? "\"" + words.front() + "\" and " : "") + "one of " +
                core::word_list(known) + core::did_you_mean(word, known));
  return kExitUsage;
}

int version_command(const Console& console) {
  console.out << "fnsim " << version() << "\n";
  return kExitOk;
}

int help_command(const Console& console, const std::vector<std::string>& words) {
  if (words.empty()) {
    console.out << overview_text();
    return kExitOk;
  }
  const CommandSpec* command = find_command(joined(words));
  if (command == nullptr) {
    return unknown_command(console, words);
  }
  console.out << help_text(*command);
  return kExitOk;
}

int completion_command(const Console& console, const std::vector<std::string>& words) {
  const auto shells = completion_shells();
  const std::string shell = words.size() == 1 ? words.front() : "";
  const std::string script = completion_script(shell);
  if (script.empty()) {
    say_error(console,
              "completion: expected one of " + core::word_list(shells) +
                  core::did_you_mean(shell, shells));
    return kExitUsage;
  }
  console.out << script;
  return kExitOk;
}

int man_command(const Console& console, const std::vector<std::string>& words) {
  if (words.empty()) {
    console.out << man_page();
    return kExitOk;
  }
  const CommandSpec* command = find_command(joined(words));
  if (command == nullptr) {
    return unknown_command(console, words);
  }
  console.out << man_page(*command);
  return kExitOk;
}

int carry_out(const CommandSpec& command, const Invocation& invocation) {
  const std::string_view name = command.name;
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
  if (name == "bench") {
    return bench_command(invocation);
  }
  if (name == "completion") {
    return completion_command(invocation.console, invocation.arguments.words());
  }
  if (name == "man") {
    return man_command(invocation.console, invocation.arguments.words());
  }
  if (name == "version") {
    return version_command(invocation.console);
  }
  return help_command(invocation.console, invocation.arguments.words());
}

int dispatch(std::span<const std::string> words, Console& console, const Engine& engine) {
  if (words.empty()) {
    console.err << overview_text();
    return kExitUsage;
  }
  std::string name = words.front();
  name = name == "--help" || name == "-h" ? "help" : name;
  name = name == "--version" ? "version" : name;
  std::size_t used = 1;
  if (words.size() > 1 && find_command(name + " " + words[1]) != nullptr) {
    name += " " + words[1];
    ++used;
  }
  const CommandSpec* command = find_command(name);
  if (command == nullptr) {
    return unknown_command(console, words);
  }
  const core::Result<Arguments> arguments = parse_arguments(*command, words.subspan(used));
  if (!arguments) {
    return say_usage(console, arguments.error());
  }
  if (arguments->has("no-color")) {
    console.coloured = false;
    console.out_coloured = false;
  }
  if (arguments->has("help")) {
    console.out << help_text(*command);
    return kExitOk;
  }
  return carry_out(*command, Invocation{*arguments, words, console, engine});
}

}  // namespace

int fnsim(std::span<const std::string> arguments, Console console, const Engine& engine) {
  try {
    const int code = dispatch(arguments, console, engine);
    console.out.flush();
    if (!console.out) {
      say_error(console, "the result could not be written to stdout");
      return code == kExitOk ? kExitFailed : code;
    }
    return code;
  } catch (const std::exception& error) {
    say_error(console, error.what());
    return kExitFailed;
  }
}

}  // namespace fn::sim
