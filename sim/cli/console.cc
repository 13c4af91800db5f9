// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/console.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace fn::sim {

namespace {

// Empty when it is not set.
std::string_view environment(const char* name) {
  // Read before any thread starts.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? std::string_view(value) : std::string_view();
}

}  // namespace

void say_error(const Console& console, std::string_view message) {
  const std::string_view red = console.coloured ? "\x1b[31m" : "";
  const std::string_view plain = console.coloured ? "\x1b[0m" : "";
  console.err << red << console.program << ":" << plain << " " << message << "\n";
}

void say(const Console& console, std::string_view message) {
  console.err << console.program << ": " << message << "\n";
}

bool utf8_locale(std::string_view lc_all, std::string_view lc_ctype, std::string_view lang) {
  const std::string_view locale = !lc_all.empty() ? lc_all : (!lc_ctype.empty() ? lc_ctype : lang);
  std::string charset(locale.substr(std::min(locale.find('.'), locale.size())));
  std::transform(charset.begin(), charset.end(), charset.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return charset.starts_with(".utf-8") || charset.starts_with(".utf8");
}

Console process_console(std::string_view program) {
  const bool dumb = environment("TERM") == "dumb" || environment("TERM").empty();
  const bool plain = dumb || !environment("NO_COLOR").empty();
  const bool err_terminal = isatty(STDERR_FILENO) == 1;
  const bool out_terminal = isatty(STDOUT_FILENO) == 1;
  return Console{
      .out = std::cout,
      .err = std::cerr,
      .program = program,
      .animated = err_terminal && !dumb,
      .coloured = err_terminal && !plain,
      .out_coloured = out_terminal && !plain,
      .unicode = utf8_locale(environment("LC_ALL"), environment("LC_CTYPE"), environment("LANG"))};
}

std::string grouped(unsigned long long number) {
  constexpr std::size_t kGroup = 3;
  std::string digits = std::to_string(number);
  for (std::size_t left = digits.size(); left > kGroup;) {
    left -= kGroup;
    digits.insert(left, ",");
  }
  return digits;
}

}  // namespace fn::sim
