// SPDX-License-Identifier: Apache-2.0
//
// One setting of a configuration: a dotted key, its value, and the place that it came from. A file
// format or a command line becomes a flat list of these; core/config puts them into structs.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace fn::core {

using Value = std::variant<bool, std::int64_t, double, std::string>;

struct Setting {
  // Such as `runner.memory_mib`; elements of a list are `key[0]`, `key[1]`, ...
  std::string key;
  Value value;
  // Where it was said, for messages and as its origin: "day.toml:12", "--set".
  std::string place;
};

// The value that bare text stands for: true, false, a whole number, a number, else the text itself
// without the double quotes that may enclose it.
Value parse_value(std::string_view text);

// The shortest text that parse_value reads back; text is not quoted.
std::string to_text(const Value& value);

}  // namespace fn::core
