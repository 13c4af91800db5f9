// SPDX-License-Identifier: Apache-2.0
//
// A program's sub-commands and their options as one table, from which parsing, --help and
// did-you-mean come. Parsing is Boost.Program_options; nothing thrown leaves it. Nothing here knows
// which program it is: tools of ours share it.

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace fn::sim {

struct OptionSpec {
  std::string_view name;      // without dashes
  std::string_view argument;  // what it is called in --help; empty: a flag
  std::string_view sentence;
  bool repeated = false;
};

struct CommandSpec {
  std::string_view name;
  std::string_view sentence;
  // Command lines, one per line.
  std::string_view examples;
  // How other words are called in --help; empty: there are none.
  std::string_view words;
  std::span<const OptionSpec> options;
};

struct VariableSpec {
  std::string_view name;
  std::string_view sentence;
};

struct Program {
  std::string_view name;
  std::string_view purpose;  // what it does, in half a line
  // Whole lines.
  std::string_view description;
  std::string_view exit_codes;
  // What it reads of the environment.
  std::span<const VariableSpec> variables;
  // In the order of --help; the last are those of command_line.h.
  std::span<const CommandSpec> commands;
  // Which words may stand where a value is called this; null: nothing is known.
  std::vector<std::string> (*words_called)(std::string_view called) = nullptr;
};

// A sub-command of two words, such as "trace inspect", shares the first one with others: the words
// that begin one or more sub-commands, once each, and the words that may follow one of them.
std::vector<std::string_view> first_words(const Program& program);
std::vector<std::string_view> second_words(const Program& program, std::string_view first);

// The name as one word: "trace-inspect".
std::string dashed(std::string_view name);

// Null when there is no such sub-command.
const CommandSpec* find_command(const Program& program, std::string_view name);

class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view option) const;

  // The value of an option that is given at most once; nullopt when it is not.
  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;

  // The values of a repeated option, in order.
  [[nodiscard]] std::vector<std::string> values(std::string_view option) const;

  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

 private:
  friend core::Result<Arguments> parse_arguments(const Program& program,
                                                 const CommandSpec& command,
                                                 std::span<const std::string> arguments);

  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> words_;
};

// What follows the sub-command. An error is one line that names the option and the remedy.
core::Result<Arguments> parse_arguments(const Program& program,
                                        const CommandSpec& command,
                                        std::span<const std::string> arguments);

// Examples first, then the table of options.
std::string help_text(const Program& program, const CommandSpec& command);

// All sub-commands.
std::string overview_text(const Program& program);

}  // namespace fn::sim
