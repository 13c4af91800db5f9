// SPDX-License-Identifier: Apache-2.0

#include "services/base/clock.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace fn::services {

core::Instant steady_now() {
  return core::Instant{std::chrono::steady_clock::now().time_since_epoch()};
}

std::int64_t wall_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string rfc3339(std::int64_t wall_ns) {
  const std::chrono::sys_time<std::chrono::nanoseconds> at{std::chrono::nanoseconds{wall_ns}};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::milliseconds>(at - day)};
  std::array<char, 40> text{};
  std::snprintf(text.data(),
                text.size(),
                "%04d-%02u-%02uT%02ld:%02ld:%02ld.%03ldZ",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()),
                time.hours().count(),
                time.minutes().count(),
                time.seconds().count(),
                time.subseconds().count());
  return text.data();
}

std::string http_date(std::int64_t wall_ns) {
  static constexpr std::array<const char*, 7> kDays = {
      "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<std::chrono::nanoseconds> at{std::chrono::nanoseconds{wall_ns}};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 40> text{};
  std::snprintf(text.data(),
                text.size(),
                "%s, %02u %s %04d %02ld:%02ld:%02ld GMT",
                kDays.at(std::chrono::weekday{day}.c_encoding()),
                static_cast<unsigned>(date.day()),
                kMonths.at(static_cast<unsigned>(date.month()) - 1),
                static_cast<int>(date.year()),
                time.hours().count(),
                time.minutes().count(),
                time.seconds().count());
  return text.data();
}

}  // namespace fn::services
