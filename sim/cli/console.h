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
  // `err` is a terminal that can redraw a line.
  bool animated = false;
  // `err` may be coloured; so may `out`.
  bool coloured = false;
  bool out_coloured = false;
};

// One line "fnsim: ..." on `err`; the first word in red when it may be.
void say_error(const Console& console, std::string_view message);
void say(const Console& console, std::string_view message);

// What the process's own streams can do: no colour with NO_COLOR or TERM=dumb, no animation when
// `err` is not a terminal.
Console process_console();

// 1234567 as "1,234,567".
std::string grouped(unsigned long long number);

}  // namespace fn::sim
