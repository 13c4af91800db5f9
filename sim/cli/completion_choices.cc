// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "sim/cli/completion.h"

namespace fn::sim {

namespace {

// A word that is typed as it stands, rather than the name of something else.
bool is_literal(std::string_view word) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !word.empty() && word.find_first_not_of(kLetters) == std::string_view::npos;
}

void add(const Program& program, Choices& choices, std::string_view word) {
  if (word == "FILE" || word == "PATH" || word == "RESULT") {
    choices.files = true;
  } else if (word == "DIR") {
    choices.folders = true;
  } else if (word == "COMMAND") {
    for (const std::string_view first : first_words(program)) {
      choices.words.emplace_back(first);
    }
  } else if (is_literal(word)) {
    choices.words.emplace_back(word);
  } else if (program.words_called != nullptr) {
    for (std::string& known : program.words_called(word)) {
      choices.words.push_back(std::move(known));
    }
  }
}

}  // namespace

Choices choices_of(const Program& program, std::string_view called) {
  Choices choices;
  while (!called.empty()) {
    const std::size_t end = std::min(called.find_first_of(" |[].,"), called.size());
    add(program, choices, called.substr(0, end));
    called.remove_prefix(std::min(end + 1, called.size()));
  }
  return choices;
}

}  // namespace fn::sim
