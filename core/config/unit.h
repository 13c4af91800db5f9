// SPDX-License-Identifier: Apache-2.0
//
// Units of configuration keys. A numeric key ends in its unit (`boot_median_s`, `memory_mib`), so
// the unit of a value is read from its key and cannot drift from it.

#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"

namespace fn::core {

struct Unit {
  // How it is written: "ms", "MiB", "%"; empty: the key names no unit.
  std::string_view name;
  // Nanoseconds in one of it; zero: not a time.
  std::int64_t nanoseconds = 0;
};

Unit unit_of(std::string_view key);

// A time with its unit: "500ms", "5s", "10m", "2h", "1.5s", "250us", "100ns", "1d"; or several,
// the larger first: "1h30m". Not negative, at most ten thousand days.
Result<Duration> parse_duration(std::string_view text);

// The time in the largest unit that makes it a whole number: "90s", "2h"; "never" for kForever.
std::string duration_text(Duration duration);

}  // namespace fn::core
