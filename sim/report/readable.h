// SPDX-License-Identifier: Apache-2.0
//
// Figures in the short form that people read in tables: at most nine characters, a dash for null.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fn::sim {

// All digits below ten million, else thousands of thousands: "9999999", "12.35M", "1.50G".
std::string readable_count(std::uint64_t value);

// A count or an amount with up to two decimals: "0.05", "117.25", "12345", "1.50M".
std::string readable_amount(std::optional<double> value);

// "0 ms", "0.12 ms", "57 ms", "3.40 s", "117.0 s", "31 h".
std::string readable_milliseconds(std::optional<double> value);

// part / whole in per cent, with two decimals: "99.95". All of it alone is "100.00", none of it
// alone "0.00".
std::string readable_share(double part, double whole);

}  // namespace fn::sim
