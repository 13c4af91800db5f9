// SPDX-License-Identifier: Apache-2.0
//
// Shell completion from the table of commands (options.h): sub-commands, options, and the values
// that are known beforehand. What a value can be follows from what it is called in --help: "a|b|c"
// are words, FILE, PATH and RESULT are files, DIR is a folder, COMMAND a sub-command; of anything
// else the program is asked (Program::words_called).

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/options.h"

namespace fn::sim {

// What can stand for one value.
struct Choices {
  std::vector<std::string> words;
  bool files = false;
  bool folders = false;

  friend bool operator==(const Choices&, const Choices&) = default;
};

// `called` is the argument of an option or the words of a command, as in the table.
Choices choices_of(const Program& program, std::string_view called);

// The shells that there is a script for.
std::span<const std::string_view> completion_shells();

// The script that the shell reads; empty when there is none for it.
std::string completion_script(const Program& program, std::string_view shell);

}  // namespace fn::sim
