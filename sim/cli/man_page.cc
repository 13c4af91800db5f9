// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/man_page.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "sim/cli/version.h"

namespace fn::sim {

namespace {

// Text as it stands: no letter of it means something to roff.
std::string plain(std::string_view text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char letter : text) {
    switch (letter) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + plain(text) + "\\fR";
}

std::string heading(const Program& program, const std::string& name, std::string_view sentence) {
  std::string title = name;
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  // No date: equal versions give equal pages.
  std::string text = ".TH " + plain(title) + " 1 \"\" \"" + plain(program.name) + " " +
                     plain(version()) + "\" \"User Commands\"\n.SH NAME\n" + plain(name) + " \\- ";
  // As the form wants it: without the point at the end.
  sentence.remove_suffix(sentence.ends_with('.') ? 1 : 0);
  return text + plain(sentence) + "\n";
}

// Lines that stay as they are, in the type of a terminal.
std::string examples(std::string_view lines) {
  std::string text = ".SH EXAMPLES\n.nf\n";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    text += plain(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text + ".fi\n";
}

std::string exit_status(const Program& program) {
  std::string_view codes = program.exit_codes;
  codes.remove_suffix(codes.ends_with('\n') ? 1 : 0);
  return ".SH EXIT STATUS\n" + plain(codes) + "\n";
}

}  // namespace

std::string man_page(const Program& program) {
  const std::string name(program.name);
  std::string text = heading(program, name, program.purpose);
  text += ".SH SYNOPSIS\n" + bold(name) + " \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n";
  text += ".SH DESCRIPTION\n" + plain(program.description) + ".SH COMMANDS\n";
  for (const CommandSpec& command : program.commands) {
    text += ".TP\n" + bold(command.name) + "\n" + plain(command.sentence) + "\n";
  }
  std::string lines;
  for (const CommandSpec& command : program.commands) {
    lines += command.examples.substr(0, command.examples.find('\n'));
    lines += '\n';
  }
  text += examples(lines);
  text += ".SH ENVIRONMENT\n";
  for (const VariableSpec& variable : program.variables) {
    text += ".TP\n" + bold(variable.name) + "\n" + plain(variable.sentence) + "\n";
  }
  text += exit_status(program) + ".SH SEE ALSO\n";
  for (const CommandSpec& command : program.commands) {
    text += bold(name + "-" + dashed(command.name)) + "(1)";
    text += &command == &program.commands.back() ? "\n" : ",\n";
  }
  return text;
}

std::string man_page(const Program& program, const CommandSpec& command) {
  const std::string whole(program.name);
  std::string text = heading(program, whole + "-" + dashed(command.name), command.sentence);
  text += ".SH SYNOPSIS\n" + bold(whole + " " + std::string(command.name));
  text += command.words.empty() ? "" : " " + plain(command.words);
  text += " [\\fIOPTION\\fR]...\n" + examples(command.examples) + ".SH OPTIONS\n";
  for (const OptionSpec& option : command.options) {
    text += ".TP\n" + bold("--" + std::string(option.name));
    text += option.argument.empty() ? "" : " \\fI" + plain(option.argument) + "\\fR";
    text += "\n" + plain(option.sentence) + (option.repeated ? " May be repeated.\n" : "\n");
  }
  return text + exit_status(program) + ".SH SEE ALSO\n" + bold(whole) + "(1)\n";
}

}  // namespace fn::sim
