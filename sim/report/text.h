// SPDX-License-Identifier: Apache-2.0
//
// Numbers and words in their written form. Equal values give equal bytes, whatever the locale.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace fn::sim {

void append_integer(std::string& out, std::uint64_t value);

// With exactly `decimals` digits after the point, correctly rounded. REQUIRES: value is finite.
void append_fixed(std::string& out, double value, int decimals);

// The shortest text that reads back as `value` and shows that it is not a whole-number type:
// "70.0". REQUIRES: value is finite.
void append_shortest(std::string& out, double value);

// Seconds with six decimals, rounded down: a line never claims a time that had not come.
// REQUIRES: duration >= 0.
void append_seconds(std::string& out, core::Duration duration);

// A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// One CSV cell, quoted when it must be (RFC 4180).
void append_csv_cell(std::string& out, std::string_view text);

// Characters on a terminal, counted as code points.
std::size_t display_width(std::string_view text);

// At most `width` characters, the last one an ellipsis when some were cut; control characters,
// which could move the cursor, become '?'. REQUIRES: width >= 1.
std::string fit(std::string_view text, std::size_t width);

}  // namespace fn::sim
