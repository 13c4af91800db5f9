// SPDX-License-Identifier: Apache-2.0

#include "core/config/unit.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <system_error>

namespace fn::core {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kLongest = 10'000 * kDay;

struct Ending {
  std::string_view ending;
  Unit unit;
};

// The longest ending that fits counts, so "_per_s" is not "_s".
constexpr std::array kEndings = {
    Ending{"_ns", {"ns", 1}},
    Ending{"_us", {"us", 1'000}},
    Ending{"_ms", {"ms", 1'000'000}},
    Ending{"_s", {"s", kSecond}},
    Ending{"_minutes", {"minutes", 60 * kSecond}},
    Ending{"_hours", {"hours", 3'600 * kSecond}},
    Ending{"_per_s", {"1/s"}},
    Ending{"_per_minute", {"1/minute"}},
    Ending{"_mib", {"MiB"}},
    Ending{"_gib", {"GiB"}},
    Ending{"_bytes", {"bytes"}},
    Ending{"_milli", {"1/1000 CPU"}},
    Ending{"_percent", {"%"}},
    Ending{"_usd", {"USD"}},
    Ending{"_scale", {"times"}},
    Ending{"_factor", {"times"}},
    Ending{"_calls", {"calls"}},
    Ending{"_runners", {"runners"}},
    Ending{"_containers", {"containers"}},
    Ending{"_functions", {"functions"}},
    Ending{"_images", {"images"}},
    Ending{"_lbs", {"LBs"}},
    Ending{"_retries", {"retries"}},
    Ending{"_count", {"count"}},
    Ending{"_number", {"number"}},
};

struct TimeUnit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// From large to small.
constexpr std::array kTimeUnits = {
    TimeUnit{"d", kDay},
    TimeUnit{"h", 3'600 * kSecond},
    TimeUnit{"m", 60 * kSecond},
    TimeUnit{"s", kSecond},
    TimeUnit{"ms", 1'000'000},
    TimeUnit{"us", 1'000},
    TimeUnit{"ns", 1},
};

tl::unexpected<Error> not_a_duration(std::string_view text) {
  constexpr std::size_t kShown = 40;
  return fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(text.substr(0, kShown)) +
                  "\" is not a time: expected a number and its unit, such as 500ms, 5s, 10m or 2h");
}

// Takes "30m" from the front of the text and adds it. False when there is no time, or one of a
// unit that is not smaller than the one before, whose place in the list is `last`.
bool take_part(std::string_view& text, std::size_t& last, double& nanoseconds) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || !(number >= 0)) {
    return false;
  }
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  const std::string_view unit = text.substr(0, text.find_first_of("0123456789"));
  text.remove_prefix(unit.size());
  for (std::size_t place = last; place < kTimeUnits.size(); ++place) {
    if (kTimeUnits[place].name == unit) {
      last = place + 1;
      nanoseconds += number * static_cast<double>(kTimeUnits[place].nanoseconds);
      return true;
    }
  }
  return false;
}

}  // namespace

Unit unit_of(std::string_view key) {
  // An element of a list is in the list's unit: `memory_mib[3]`.
  if (key.ends_with(']')) {
    key = key.substr(0, key.rfind('['));
  }
  const Ending* best = nullptr;
  for (const Ending& candidate : kEndings) {
    // A key may be the bare unit's name: `calls`.
    const bool fits = key.ends_with(candidate.ending) || key == candidate.ending.substr(1);
    if (fits && (best == nullptr || candidate.ending.size() > best->ending.size())) {
      best = &candidate;
    }
  }
  return best != nullptr ? best->unit : Unit{};
}

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  std::size_t last = 0;
  double nanoseconds = 0;
  do {
    if (!take_part(rest, last, nanoseconds)) {
      return not_a_duration(text);
    }
  } while (!rest.empty());
  if (!(nanoseconds <= static_cast<double>(kLongest))) {
    return not_a_duration(text);
  }
  const auto whole = static_cast<std::int64_t>(nanoseconds);
  constexpr double kHalf = 0.5;
  const bool up = nanoseconds - static_cast<double>(whole) >= kHalf;
  return Duration(up ? whole + 1 : whole);
}

std::string duration_text(Duration duration) {
  if (duration == kForever) {
    return "never";
  }
  const std::int64_t nanoseconds = duration.count();
  if (nanoseconds == 0) {
    return "0s";
  }
  for (const TimeUnit& unit : kTimeUnits) {
    if (nanoseconds % unit.nanoseconds == 0) {
      return std::to_string(nanoseconds / unit.nanoseconds) + std::string(unit.name);
    }
  }
  return std::to_string(nanoseconds) + "ns";
}

}  // namespace fn::core
