// SPDX-License-Identifier: Apache-2.0
//
// Times as per-call traces write them, exact to the nanosecond and without floating point: RFC 3339
// (https://www.rfc-editor.org/rfc/rfc3339), also with a blank for the T and without a zone, which
// then is UTC; and decimal numbers of any unit.

#pragma once

#include <cstdint>
#include <string_view>

namespace fn::sim {

// "12.345" as nanoseconds, given what a whole one has; digits beyond a nanosecond are cut. False:
// not a decimal number from 0 to `limit_ns`. REQUIRES: unit_ns is a power of ten.
bool parse_ns(std::string_view text,
              std::int64_t unit_ns,
              std::int64_t limit_ns,
              std::int64_t& nanoseconds);

// Nanoseconds since 1970-01-01T00:00:00Z; `zoned`: the text names its zone. False: not such a time,
// or not in the years 1970 to 2199.
bool parse_rfc3339(std::string_view text, std::int64_t& nanoseconds, bool& zoned);

}  // namespace fn::sim
