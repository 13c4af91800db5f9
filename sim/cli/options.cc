// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/options.h"

#include <algorithm>
#include <cstddef>
#include <exception>

#include <boost/program_options.hpp>

#include "core/config/suggest.h"

namespace fn::sim {

namespace {

namespace po = boost::program_options;

tl::unexpected<core::Error> usage_error(const Program& program,
                                        const CommandSpec& command,
                                        const std::string& reason) {
  const std::string name(command.name);
  return core::fail(
      core::ErrorCode::kInvalidArgument,
      name + ": " + reason + " (see \"" + std::string(program.name) + " " + name + " --help\")");
}

const OptionSpec* find_option(const CommandSpec& command, std::string_view name) {
  for (const OptionSpec& option : command.options) {
    if (option.name == name) {
      return &option;
    }
  }
  return nullptr;
}

std::string unknown_option(const CommandSpec& command, const std::string& given) {
  std::vector<std::string_view> known;
  for (const OptionSpec& option : command.options) {
    known.push_back(option.name);
  }
  const std::size_t dashes = std::min(given.find_first_not_of('-'), given.size());
  const std::string_view near = core::closest_word(std::string_view(given).substr(dashes), known);
  std::string reason = "unknown option \"" + given + "\"";
  return near.empty() ? reason : reason + "; did you mean \"--" + std::string(near) + "\"?";
}

// The options as given, in order. May throw.
std::vector<po::option> split(const CommandSpec& command, std::span<const std::string> arguments) {
  po::options_description description;
  for (const OptionSpec& option : command.options) {
    // Help alone has a letter.
    const std::string name = std::string(option.name) + (option.name == "help" ? ",h" : "");
    if (option.argument.empty()) {
      description.add_options()(name.c_str(), "");
    } else {
      description.add_options()(name.c_str(), po::value<std::string>(), "");
    }
  }
  // A shortened name would change its meaning with the next option that we add.
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  const std::vector<std::string> words(arguments.begin(), arguments.end());
  return po::command_line_parser(words).options(description).style(style).run().options;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

// The sentence in lines of at most 100 letters, all but the first indented.
std::string wrapped(std::string_view sentence, std::size_t indent) {
  constexpr std::size_t kWidth = 100;
  std::string text;
  std::size_t column = indent;
  while (!sentence.empty()) {
    const std::size_t end = std::min(sentence.find(' '), sentence.size());
    if (column > indent && column + 1 + end > kWidth) {
      text += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      text += " ";
      ++column;
    }
    text += sentence.substr(0, end);
    column += end;
    sentence.remove_prefix(std::min(end + 1, sentence.size()));
  }
  return text + "\n";
}

std::string indented(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    text += "  " + std::string(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

}  // namespace

const CommandSpec* find_command(const Program& program, std::string_view name) {
  for (const CommandSpec& command : program.commands) {
    if (command.name == name) {
      return &command;
    }
  }
  return nullptr;
}

std::vector<std::string_view> first_words(const Program& program) {
  std::vector<std::string_view> words;
  for (const CommandSpec& command : program.commands) {
    const std::string_view word = command.name.substr(0, command.name.find(' '));
    if (words.empty() || words.back() != word) {
      words.push_back(word);
    }
  }
  return words;
}

std::vector<std::string_view> second_words(const Program& program, std::string_view first) {
  std::vector<std::string_view> words;
  for (const CommandSpec& command : program.commands) {
    const std::size_t blank = command.name.find(' ');
    if (blank != std::string_view::npos && command.name.substr(0, blank) == first) {
      words.push_back(command.name.substr(blank + 1));
    }
  }
  return words;
}

std::string dashed(std::string_view name) {
  std::string word(name);
  std::replace(word.begin(), word.end(), ' ', '-');
  return word;
}

bool Arguments::has(std::string_view option) const {
  return values_.contains(option);
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  const auto found = values_.find(option);
  if (found == values_.end() || found->second.empty()) {
    return std::nullopt;
  }
  return found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto found = values_.find(option);
  return found != values_.end() ? found->second : std::vector<std::string>();
}

core::Result<Arguments> parse_arguments(const Program& program,
                                        const CommandSpec& command,
                                        std::span<const std::string> arguments) {
  try {
    Arguments result;
    for (const po::option& given : split(command, arguments)) {
      if (given.position_key >= 0) {
        result.words_.insert(result.words_.end(), given.value.begin(), given.value.end());
        continue;
      }
      const OptionSpec* spec = find_option(command, given.string_key);
      if (spec == nullptr) {
        return usage_error(program, command, unknown_option(command, given.string_key));
      }
      std::vector<std::string>& values = result.values_[given.string_key];
      if (!values.empty() && !spec->repeated) {
        return usage_error(program, command, "--" + given.string_key + " is given twice");
      }
      values.insert(values.end(), given.value.begin(), given.value.end());
    }
    if (!result.words_.empty() && command.words.empty()) {
      return usage_error(program, command, "unexpected word \"" + result.words_.front() + "\"");
    }
    return result;
  } catch (const po::unknown_option& error) {
    return usage_error(program, command, unknown_option(command, error.get_option_name()));
  } catch (const std::exception& error) {
    return usage_error(program, command, error.what());
  }
}

std::string help_text(const Program& program, const CommandSpec& command) {
  constexpr std::size_t kIndent = 34;
  const std::string words = command.words.empty() ? "" : " " + std::string(command.words);
  const std::string name = std::string(program.name) + " " + std::string(command.name);
  std::string text = name + ": " + std::string(command.sentence);
  text += "\n\nExamples:\n" + indented(command.examples);
  text += "\nUsage: " + name + words + " [OPTION]...\n\nOptions:\n";
  for (const OptionSpec& option : command.options) {
    std::string flag = "  --" + std::string(option.name);
    flag += option.argument.empty() ? "" : " " + std::string(option.argument);
    // A long one has its sentence below it.
    const bool is_long = flag.size() + 2 > kIndent;
    text += is_long ? flag + "\n" + std::string(kIndent, ' ') : padded(flag, kIndent);
    text += wrapped(std::string(option.sentence) + (option.repeated ? " May be repeated." : ""),
                    kIndent);
  }
  return text + "\n" + std::string(program.exit_codes);
}

std::string overview_text(const Program& program) {
  constexpr std::size_t kIndent = 18;
  std::string text = std::string(program.description) + "\nExamples:\n";
  for (const CommandSpec& command : program.commands) {
    const std::size_t end = std::min(command.examples.find('\n'), command.examples.size());
    text += "  " + std::string(command.examples.substr(0, end)) + "\n";
  }
  text += "\nCommands (\"" + std::string(program.name) + " COMMAND --help\" tells more):\n";
  for (const CommandSpec& command : program.commands) {
    text +=
        padded("  " + std::string(command.name), kIndent) + std::string(command.sentence) + "\n";
  }
  return text + "\n" + std::string(program.exit_codes);
}

}  // namespace fn::sim
