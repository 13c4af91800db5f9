// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>

#include "sim/cli/completion.h"
#include "sim/cli/options.h"

namespace fn::sim {

namespace {

std::string joined(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

// What may stand where no option's value is wanted: options and the command's own words.
Choices free_choices(const Program& program, const CommandSpec& command) {
  Choices choices = choices_of(program, command.words);
  for (const OptionSpec& option : command.options) {
    choices.words.push_back("--" + std::string(option.name));
  }
  return choices;
}

// The scripts speak of @PROGRAM@, whose name is put in at the end.

// ---- bash ----

constexpr std::string_view kBashHead =
    R"(# Completion of @PROGRAM@ for bash, written by "@PROGRAM@ completion bash".
_@PROGRAM@() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local words='' files='' folders=''
  COMPREPLY=()
  # bash takes "--output=json" for three words.
  if [ "$current" = = ]; then
    current=''
  elif [ "$previous" = = ]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  [ "$COMP_CWORD" -gt 1 ] || previous=''
  local command=${COMP_WORDS[1]}
  [ "$COMP_CWORD" -lt 3 ] || case $command in
    @GROUPS@) command+=-${COMP_WORDS[2]} ;;
  esac
  case $command:$previous in
    *:)
)";

constexpr std::string_view kBashTail = R"(  esac
  mapfile -t COMPREPLY < <(
    compgen -W "$words" -- "$current"
    [ -z "$files" ] || compgen -f -- "$current"
    [ -z "$folders" ] || compgen -d -- "$current"
  )
  # Outside of a completion, as in a test, there is nothing to tell.
  [ -z "$files$folders" ] || compopt -o filenames 2>/dev/null
  return 0
}
complete -F _@PROGRAM@ @PROGRAM@
)";

std::string bash_choices(const Choices& choices) {
  std::string text = "words='" + joined(choices.words) + "'";
  text += choices.files ? " files=1" : "";
  text += choices.folders ? " folders=1" : "";
  return text + " ;;\n";
}

// The words that two or more commands begin with, joined by `joint`.
std::string group_words(const Program& program, std::string_view joint) {
  std::string text;
  for (const std::string_view first : first_words(program)) {
    if (!second_words(program, first).empty()) {
      text += text.empty() ? "" : joint;
      text += first;
    }
  }
  return text;
}

std::string with_groups(const Program& program, std::string_view script, std::string_view joint) {
  constexpr std::string_view kMark = "@GROUPS@";
  const std::string groups = group_words(program, joint);
  std::string text(script);
  // An empty word where there are none: the shells want one.
  return text.replace(text.find(kMark), kMark.size(), groups.empty() ? "''" : groups);
}

std::string joined_words(const Program& program, std::string_view first) {
  std::string text;
  for (const std::string_view second : second_words(program, first)) {
    text += text.empty() ? "" : " ";
    text += second;
  }
  return text;
}

std::string bash_script(const Program& program) {
  std::string text = with_groups(program, kBashHead, " | ");
  Choices first = choices_of(program, "COMMAND");
  first.words.insert(first.words.end(), {"--help", "--version"});
  text += "      " + bash_choices(first);
  for (const std::string_view word : first_words(program)) {
    if (!second_words(program, word).empty()) {
      text += "    " + std::string(word) + ":*) words='" + joined_words(program, word) + "' ;;\n";
    }
  }
  for (const CommandSpec& command : program.commands) {
    const std::string name = dashed(command.name);
    for (const OptionSpec& option : command.options) {
      if (!option.argument.empty()) {
        text += "    " + name + ":--" + std::string(option.name) + ") ";
        text += bash_choices(choices_of(program, option.argument));
      }
    }
    text += "    " + name + ":*)\n      " + bash_choices(free_choices(program, command));
  }
  return text + std::string(kBashTail);
}

// ---- zsh ----

constexpr std::string_view kZshHead = R"(#compdef @PROGRAM@
# Completion of @PROGRAM@ for zsh, written by "@PROGRAM@ completion zsh".

_@PROGRAM@_word_or_file() {
  compadd -- "$@"
  _files
}

_@PROGRAM@() {
  local -a commands
  commands=(
)";

constexpr std::string_view kZshTail = R"(  esac
}

# Read as a file of $fpath, it completes; sourced, it says what for.
if [ "$funcstack[1]" = _@PROGRAM@ ]; then
  _@PROGRAM@ "$@"
else
  compdef _@PROGRAM@ @PROGRAM@
fi
)";

// Within single quotes, with what means something to _arguments and _describe escaped.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '\'') {
      out += "'\\''";
      continue;
    }
    out += std::string_view(":[]\\").find(letter) != std::string_view::npos ? "\\" : "";
    out += letter;
  }
  return out;
}

std::string zsh_action(const Choices& choices) {
  if (choices.files || choices.folders) {
    // A leading blank: the function gets these arguments and no others.
    return choices.words.empty() ? (choices.files ? "_files" : "_files -/")
                                 : " _@PROGRAM@_word_or_file " + joined(choices.words);
  }
  return choices.words.empty() ? " " : "(" + joined(choices.words) + ")";
}

std::string zsh_option(const Program& program, const OptionSpec& option) {
  std::string text = option.repeated ? "'*--" : "'--";
  text += option.name;
  text += option.argument.empty() ? "[" : "=[";
  text += zsh_text(option.sentence) + "]";
  if (!option.argument.empty()) {
    text +=
        ":" + zsh_text(option.argument) + ":" + zsh_action(choices_of(program, option.argument));
  }
  return text + "'";
}

// What the shell says about a first word: the sentence of its command, or its second words.
std::string about(const Program& program, std::string_view first) {
  const CommandSpec* command = find_command(program, first);
  return command != nullptr ? std::string(command->sentence) : joined_words(program, first);
}

std::string zsh_case(const Program& program, const CommandSpec& command, std::string_view label) {
  std::string text = "    " + std::string(label) + ")\n      _arguments";
  for (const OptionSpec& option : command.options) {
    text += " \\\n        " + zsh_option(program, option);
  }
  if (!command.words.empty()) {
    text += " \\\n        '*:" + zsh_text(command.words) + ":" +
            zsh_action(choices_of(program, command.words)) + "'";
  }
  return text + "\n      ;;\n";
}

std::string zsh_script(const Program& program) {
  std::string text(kZshHead);
  for (const std::string_view first : first_words(program)) {
    text += "    '" + std::string(first) + ":" + zsh_text(about(program, first)) + "'\n";
  }
  text += "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n";
  text += "  shift words\n  (( CURRENT-- ))\n  case $words[1] in\n";
  for (const std::string_view first : first_words(program)) {
    if (const CommandSpec* command = find_command(program, first)) {
      text += zsh_case(program, *command, first);
      continue;
    }
    text += "    " + std::string(first) + ")\n      if (( CURRENT == 2 )); then\n        compadd ";
    text += joined_words(program, first) + "\n        return\n      fi\n";
    text += "      shift words\n      (( CURRENT-- ))\n      case $words[1] in\n";
    for (const std::string_view second : second_words(program, first)) {
      text += zsh_case(
          program, *find_command(program, std::string(first) + " " + std::string(second)), second);
    }
    text += "      esac\n      ;;\n";
  }
  return text + std::string(kZshTail);
}

// ---- fish ----

constexpr std::string_view kFishHead =
    R"(# Completion of @PROGRAM@ for fish, written by "@PROGRAM@ completion fish".
function __@PROGRAM@_command
    set -l words (commandline -opc)
    set -l given "$words[2]"
    if contains -- "$given" @GROUPS@
        set given (string trim -- "$given $words[3]")
    end
    test "$given" = "$argv[1]"
end
complete -c @PROGRAM@ -f
)";

std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (const char letter : text) {
    out += letter == '\'' || letter == '\\' ? "\\" : "";
    out += letter;
  }
  return out + "'";
}

// What may follow: words, and files or folders, which fish does not tell apart here.
std::string fish_choices(const Choices& choices) {
  std::string text = choices.words.empty() ? "" : " -a " + fish_text(joined(choices.words));
  return text + (choices.files || choices.folders ? " -F" : "");
}

std::string fish_script(const Program& program) {
  std::string text = with_groups(program, kFishHead, " ");
  for (const std::string_view first : first_words(program)) {
    text += "complete -c @PROGRAM@ -n '__@PROGRAM@_command \"\"' -a " + std::string(first) +
            " -d " + fish_text(about(program, first)) + "\n";
    for (const std::string_view second : second_words(program, first)) {
      text += "complete -c @PROGRAM@ -n '__@PROGRAM@_command " + std::string(first) + "' -a " +
              std::string(second) + "\n";
    }
  }
  for (const CommandSpec& command : program.commands) {
    const std::string start =
        "complete -c @PROGRAM@ -n '__@PROGRAM@_command \"" + std::string(command.name) + "\"'";
    for (const OptionSpec& option : command.options) {
      text += start + " -l " + std::string(option.name);
      text +=
          option.argument.empty() ? "" : " -r" + fish_choices(choices_of(program, option.argument));
      text += " -d " + fish_text(option.sentence) + "\n";
    }
    if (const std::string words = fish_choices(choices_of(program, command.words));
        !words.empty()) {
      text += start + words + "\n";
    }
  }
  return text;
}

struct Shell {
  std::string_view name;
  std::string (*script)(const Program&) = nullptr;
};

std::string named(std::string script, std::string_view program) {
  constexpr std::string_view kMark = "@PROGRAM@";
  for (std::size_t at = 0; (at = script.find(kMark, at)) != std::string::npos;) {
    script.replace(at, kMark.size(), program);
  }
  return script;
}

constexpr std::array kShells = {
    Shell{"bash", bash_script}, Shell{"zsh", zsh_script}, Shell{"fish", fish_script}};

constexpr std::array kShellNames = {kShells[0].name, kShells[1].name, kShells[2].name};

}  // namespace

std::span<const std::string_view> completion_shells() {
  return kShellNames;
}

std::string completion_script(const Program& program, std::string_view shell) {
  const auto* found = std::find_if(
      kShells.begin(), kShells.end(), [shell](const Shell& one) { return one.name == shell; });
  return found == kShells.end() ? "" : named(found->script(program), program.name);
}

}  // namespace fn::sim
