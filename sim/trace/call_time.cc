// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/call_time.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <system_error>

namespace fn::sim {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kLastYear = 2199;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

// Exactly `digits` digits at the front of `text`, which is shortened by them.
bool take_number(std::string_view& text, std::size_t digits, std::int64_t& value) {
  if (text.size() < digits) {
    return false;
  }
  value = 0;
  for (const char byte : text.substr(0, digits)) {
    if (!is_digit(byte)) {
      return false;
    }
    value = value * 10 + (byte - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char byte) {
  if (text.empty() || text.front() != byte) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

// The digits behind a decimal point, in nanoseconds; at least one.
bool take_fraction(std::string_view& text, std::int64_t unit_ns, std::int64_t& nanoseconds) {
  if (text.empty() || !is_digit(text.front())) {
    return false;
  }
  nanoseconds = 0;
  std::int64_t weight = unit_ns / 10;
  while (!text.empty() && is_digit(text.front())) {
    nanoseconds += weight * (text.front() - '0');
    weight /= 10;
    text.remove_prefix(1);
  }
  return true;
}

// "2024-01-31" as days since 1970.
bool take_date(std::string_view& text, std::int64_t& days) {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) ||
      !take(text, '-') || !take_number(text, 2, day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970 || year > kLastYear) {
    return false;
  }
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

// "23:59:59.5" as nanoseconds; a leap second counts as the next one.
bool take_clock(std::string_view& text, std::int64_t& nanoseconds) {
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute) ||
      !take(text, ':') || !take_number(text, 2, second) || hour > 23 || minute > 59 ||
      second > 60) {
    return false;
  }
  nanoseconds = ((hour * 60 + minute) * 60 + second) * kSecondNs;
  std::int64_t fraction = 0;
  if (take(text, '.')) {
    if (!take_fraction(text, kSecondNs, fraction)) {
      return false;
    }
  }
  nanoseconds += fraction;
  return true;
}

// "Z", "+05:30" or nothing.
bool take_zone(std::string_view& text, std::int64_t& ahead_ns, bool& zoned) {
  ahead_ns = 0;
  zoned = !text.empty();
  if (!zoned || take(text, 'Z') || take(text, 'z')) {
    return true;
  }
  const bool east = take(text, '+');
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  if ((!east && !take(text, '-')) || !take_number(text, 2, hour) || !take(text, ':') ||
      !take_number(text, 2, minute) || hour > 23 || minute > 59) {
    return false;
  }
  ahead_ns = (hour * 60 + minute) * 60 * kSecondNs * (east ? 1L : -1L);
  return true;
}

}  // namespace

bool parse_ns(std::string_view text,
              std::int64_t unit_ns,
              std::int64_t limit_ns,
              std::int64_t& nanoseconds) {
  std::uint64_t whole = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc{} || whole > static_cast<std::uint64_t>(limit_ns / unit_ns)) {
    return false;
  }
  text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
  std::int64_t fraction = 0;
  if (take(text, '.') && !take_fraction(text, unit_ns, fraction)) {
    return false;
  }
  nanoseconds = static_cast<std::int64_t>(whole) * unit_ns + fraction;
  return text.empty() && nanoseconds <= limit_ns;
}

bool parse_rfc3339(std::string_view text, std::int64_t& nanoseconds, bool& zoned) {
  constexpr std::int64_t kDayNs = 86'400 * kSecondNs;
  std::int64_t days = 0;
  std::int64_t clock = 0;
  std::int64_t ahead = 0;
  if (!take_date(text, days) || (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) ||
      !take_clock(text, clock) || !take_zone(text, ahead, zoned) || !text.empty()) {
    return false;
  }
  nanoseconds = days * kDayNs + clock - ahead;
  return nanoseconds >= 0;
}

}  // namespace fn::sim
