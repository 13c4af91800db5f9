// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/command_line.h"

#include <exception>
#include <string_view>
#include <vector>

#include "core/config/suggest.h"
#include "sim/cli/completion.h"
#include "sim/cli/exit_code.h"
#include "sim/cli/man_page.h"
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
int unknown_command(const Program& program,
                    const Console& console,
                    std::span<const std::string> words) {
  std::vector<std::string_view> known = second_words(program, words.front());
  const bool begins = !known.empty();
  known = begins ? known : first_words(program);
  const std::string word = !begins ? words.front() : words.size() > 1 ? words[1] : "";
  const std::string given = begins ? words.front() + (word.empty() ? "" : " " + word) : word;
  say_error(console,
            "unknown command \"" + given + "\": expected " +
                (begins ? "\"" + words.front() + "\" and " : "") + "one of " +
                core::word_list(known) + core::did_you_mean(word, known));
  return kExitUsage;
}

int version_command(const Program& program, const Console& console) {
  console.out << program.name << " " << version() << "\n";
  return kExitOk;
}

int help_command(const Program& program,
                 const Console& console,
                 const std::vector<std::string>& words) {
  if (words.empty()) {
    console.out << overview_text(program);
    return kExitOk;
  }
  const CommandSpec* command = find_command(program, joined(words));
  if (command == nullptr) {
    return unknown_command(program, console, words);
  }
  console.out << help_text(program, *command);
  return kExitOk;
}

int completion_command(const Program& program,
                       const Console& console,
                       const std::vector<std::string>& words) {
  const auto shells = completion_shells();
  const std::string shell = words.size() == 1 ? words.front() : "";
  const std::string script = completion_script(program, shell);
  if (script.empty()) {
    say_error(console,
              "completion: expected one of " + core::word_list(shells) +
                  core::did_you_mean(shell, shells));
    return kExitUsage;
  }
  console.out << script;
  return kExitOk;
}

int man_command(const Program& program,
                const Console& console,
                const std::vector<std::string>& words) {
  if (words.empty()) {
    console.out << man_page(program);
    return kExitOk;
  }
  const CommandSpec* command = find_command(program, joined(words));
  if (command == nullptr) {
    return unknown_command(program, console, words);
  }
  console.out << man_page(program, *command);
  return kExitOk;
}

int own_command(const Program& program,
                const Console& console,
                std::string_view name,
                const std::vector<std::string>& words) {
  if (name == "completion") {
    return completion_command(program, console, words);
  }
  if (name == "man") {
    return man_command(program, console, words);
  }
  return name == "version" ? version_command(program, console)
                           : help_command(program, console, words);
}

bool is_own(std::string_view name) {
  return name == "completion" || name == "man" || name == "version" || name == "help";
}

int dispatch(const Program& program,
             std::span<const std::string> words,
             Console& console,
             const CarryOut& carry_out) {
  if (words.empty()) {
    console.err << overview_text(program);
    return kExitUsage;
  }
  std::string name = words.front();
  name = name == "--help" || name == "-h" ? "help" : name;
  name = name == "--version" ? "version" : name;
  std::size_t used = 1;
  if (words.size() > 1 && find_command(program, name + " " + words[1]) != nullptr) {
    name += " " + words[1];
    ++used;
  }
  const CommandSpec* command = find_command(program, name);
  if (command == nullptr) {
    return unknown_command(program, console, words);
  }
  const core::Result<Arguments> arguments = parse_arguments(program, *command, words.subspan(used));
  if (!arguments) {
    say_error(console, arguments.error().message);
    return kExitUsage;
  }
  if (arguments->has("no-color")) {
    console.coloured = false;
    console.out_coloured = false;
  }
  if (arguments->has("help")) {
    console.out << help_text(program, *command);
    return kExitOk;
  }
  return is_own(command->name) ? own_command(program, console, command->name, arguments->words())
                               : carry_out(*command, *arguments, console);
}

}  // namespace

int command_line(const Program& program,
                 std::span<const std::string> words,
                 Console console,
                 const CarryOut& carry_out) {
  try {
    const int code = dispatch(program, words, console, carry_out);
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
