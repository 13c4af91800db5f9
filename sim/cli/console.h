// SPDX-License-Identifier: Apache-2.0
//
// Where a command writes: data to `out`, words to `err`. Both are streams, so that tests can read
// them.

#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace fn::sim {

struct Console {
  std::ostream& out;
  std::ostream& err;
  std::string_view program = "fnsim";
  // `err` is a terminal that can redraw a line.
  bool animated = false;
  // `err` may be coloured; so may `out`.
  bool coloured = false;
  bool out_coloured = false;
  // `out` takes characters beyond ASCII.
  bool unicode = true;
};

// Whether the locale that these three environment variables name writes UTF-8: the first that is
// not empty decides.
bool utf8_locale(std::string_view lc_all, std::string_view lc_ctype, std::string_view lang);

// One line "PROGRAM: ..." on `err`; the first word in red when it may be.
void say_error(const Console& console, std::string_view message);
void say(const Console& console, std::string_view message);

// What the process's own streams can do: no colour with NO_COLOR or TERM=dumb, no animation when
// `err` is not a terminal, nothing beyond ASCII in a locale that is not of UTF-8.
Console process_console(std::string_view program);

// 1234567 as "1,234,567".
std::string grouped(unsigned long long number);

}  // namespace fn::sim
