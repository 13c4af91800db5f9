// SPDX-License-Identifier: Apache-2.0

#include "sim/report/readable.h"

#include <algorithm>

#include "sim/report/text.h"

namespace fn::sim {
namespace {

constexpr double kMillion = 1e6;
constexpr double kBillion = 1e9;

std::string with_decimals(double value, int decimals, const char* unit) {
  std::string text;
  append_fixed(text, value, decimals);
  return text + unit;
}

std::string in_millions(double value) {
  // What rounds to 1000.00M is 1.00G.
  return value < 999.995 * kMillion ? with_decimals(value / kMillion, 2, "M")
                                    : with_decimals(value / kBillion, 2, "G");
}

}  // namespace

std::string readable_count(std::uint64_t value) {
  return value < 10'000'000 ? std::to_string(value) : in_millions(static_cast<double>(value));
}

std::string readable_amount(std::optional<double> value) {
  if (!value) {
    return "-";
  }
  if (*value < 999.995) {
    return with_decimals(*value, 2, "");
  }
  return *value < kMillion ? with_decimals(*value, 0, "") : in_millions(*value);
}

std::string readable_milliseconds(std::optional<double> value) {
  if (!value) {
    return "-";
  }
  if (*value == 0) {
    return "0 ms";
  }
  if (*value < 9.995) {
    return with_decimals(*value, 2, " ms");
  }
  if (*value < 999.5) {
    return with_decimals(*value, 0, " ms");
  }
  const double seconds = *value / 1000;
  if (seconds >= 99'999.5) {
    return with_decimals(seconds / 3600, 0, " h");
  }
  const int decimals = seconds < 9.995 ? 2 : (seconds < 999.95 ? 1 : 0);
  return with_decimals(seconds, decimals, " s");
}

std::string readable_share(double part, double whole) {
  if (whole <= 0) {
    return "-";
  }
  double percent = 100 * part / whole;
  if (part > 0 && part < whole) {
    percent = std::clamp(percent, 0.01, 99.99);
  }
  return with_decimals(percent, 2, "");
}

}  // namespace fn::sim
