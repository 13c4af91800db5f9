// SPDX-License-Identifier: Apache-2.0

#include "sim/check/expect.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include "core/config/suggest.h"

namespace fn::sim {

namespace {

using core::ErrorCode;
using core::fail;

constexpr std::array<std::string_view, 35> kFields = {
    "calls",
    "completed",
    "cold",
    "warm",
    "refused",
    "timed_out",
    "failed",
    "retries",
    "overtakes",
    "within_slo",
    "wait_ms.mean",
    "wait_ms.p50",
    "wait_ms.p90",
    "wait_ms.p99",
    "wait_ms.p99_9",
    "latency_ms.mean",
    "latency_ms.p50",
    "latency_ms.p90",
    "latency_ms.p99",
    "latency_ms.p99_9",
    "cold_overhead_s",
    "runner_hours",
    "cost",
    "idle_gib_hours",
    "scale_ups",
    "scale_downs",
    "direction_changes",
    "drains_cut",
    "containers_mean",
    "containers_peak",
    "runners_mean",
    "runners_peak",
    "runner_hours_idle",
    "cost_idle",
    "simulated_s",
};

// Counts that make sense as a share of all calls.
constexpr std::array<std::string_view, 8> kCallCounts = {
    "completed", "cold", "warm", "refused", "timed_out", "failed", "retries", "overtakes"};

constexpr std::string_view kRatio = "within_slo";

struct Operator {
  std::string_view text;
  Comparison comparison;
};

// Those of two letters first.
constexpr std::array kOperators = {
    Operator{"<=", Comparison::kAtMost},
    Operator{">=", Comparison::kAtLeast},
    Operator{"==", Comparison::kEqual},
    Operator{"<", Comparison::kLess},
    Operator{">", Comparison::kMore},
};

struct TimeUnit {
  std::string_view name;
  double milliseconds;
};

constexpr std::array kTimeUnits = {
    TimeUnit{"us", 0.001},
    TimeUnit{"ms", 1},
    TimeUnit{"s", 1'000},
    TimeUnit{"m", 60'000},
    TimeUnit{"h", 3'600'000},
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// `wait.p99` is the summary's `wait_ms.p99`.
std::string summary_name(std::string_view field) {
  for (const std::string_view times : {"wait", "latency"}) {
    if (field.size() > times.size() && field.starts_with(times) && field[times.size()] == '.') {
      return std::string(times) + "_ms" + std::string(field.substr(times.size()));
    }
  }
  return std::string(field);
}

// Milliseconds in the unit that the field is given in; zero: the field is no time.
double unit_of_field(std::string_view field) {
  if (field.starts_with("wait_ms.") || field.starts_with("latency_ms.")) {
    return 1;
  }
  if (field == "runner_hours") {
    return 3'600'000;
  }
  return field.ends_with("_s") ? 1'000 : 0;
}

// Puts the limit and its unit into the bound; false when the unit does not fit the field.
bool set_limit(Bound& bound, double number, std::string_view unit) {
  bound.limit = number;
  if (unit.empty()) {
    return true;
  }
  if (unit == "%") {
    bound.share_of_calls = contains(kCallCounts, bound.field);
    bound.limit = number / 100;
    return bound.share_of_calls || bound.field == kRatio;
  }
  const double field_unit = unit_of_field(bound.field);
  for (const TimeUnit& candidate : kTimeUnits) {
    if (unit == candidate.name && field_unit > 0) {
      bound.limit = number * candidate.milliseconds / field_unit;
      return true;
    }
  }
  return false;
}

tl::unexpected<core::Error> refuse(const Bound& bound, const std::string& reason) {
  constexpr std::size_t kShown = 100;
  return fail(ErrorCode::kInvalidArgument,
              bound.place + ": bound \"" + bound.text.substr(0, kShown) + "\": " + reason);
}

bool holds(const Bound& bound, double value) {
  switch (bound.comparison) {
    case Comparison::kLess:
      return value < bound.limit;
    case Comparison::kAtMost:
      return value <= bound.limit;
    case Comparison::kEqual:
      return value == bound.limit;
    case Comparison::kAtLeast:
      return value >= bound.limit;
    case Comparison::kMore:
      break;
  }
  return value > bound.limit;
}

std::string number(double value) {
  std::array<char, 64> buffer{};
  constexpr int kDigits = 6;
  const auto [end, error] = std::to_chars(
      buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, kDigits);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string("?");
}

// A value as the bound's reader thinks of it: with its unit, a share in per cent.
std::string amount(const Bound& bound, double value) {
  constexpr double kHundred = 100;
  if (bound.share_of_calls || bound.field == kRatio) {
    return number(value * kHundred) + " %";
  }
  if (unit_of_field(bound.field) == 1) {
    return number(value) + " ms";
  }
  return number(value);
}

std::string distance(const Bound& bound, double value) {
  const double excess = value - bound.limit;
  if (excess == 0) {
    return "exactly the limit";
  }
  const std::string side = excess > 0 ? " above" : " below";
  return amount(bound, excess > 0 ? excess : -excess) + side + " the limit";
}

}  // namespace

std::span<const std::string_view> summary_fields() {
  return kFields;
}

core::Result<Bound> parse_bound(std::string_view text, std::string_view group, std::string place) {
  Bound bound;
  bound.group = group;
  bound.text = text;
  bound.place = std::move(place);
  const std::size_t at = text.find_first_of("<>=");
  const Operator* found = nullptr;
  for (const Operator& candidate : kOperators) {
    if (found == nullptr && at != std::string_view::npos &&
        text.substr(at).starts_with(candidate.text)) {
      found = &candidate;
    }
  }
  if (found == nullptr) {
    return refuse(bound, "expected a field, one of < <= == >= >, and a limit: wait.p99<200ms");
  }
  bound.comparison = found->comparison;
  bound.field = summary_name(trimmed(text.substr(0, at)));
  if (!contains(kFields, bound.field)) {
    return refuse(bound,
                  "the summary has no such field" + core::did_you_mean(bound.field, kFields));
  }
  const std::string_view limit = trimmed(text.substr(at + found->text.size()));
  double value = 0;
  const char* end = limit.data() + limit.size();
  const auto [stop, error] = std::from_chars(limit.data(), end, value, std::chars_format::fixed);
  const std::string_view unit =
      trimmed(std::string_view(stop, static_cast<std::size_t>(end - stop)));
  // A limit that is not finite bounds nothing.
  if (error != std::errc{} || !(value - value == 0) || !set_limit(bound, value, unit)) {
    return refuse(bound,
                  "expected a number after " + std::string(found->text) +
                      ", with us, ms, s, m or h for a time, or % for a share of the calls");
  }
  return bound;
}

std::optional<std::string> missed(const Bound& bound, const SummaryLookup& lookup) {
  std::optional<double> value = lookup(bound.group, bound.field);
  if (value && bound.share_of_calls) {
    const std::optional<double> calls = lookup(bound.group, "calls");
    value = calls && *calls > 0 ? std::optional(*value / *calls) : std::nullopt;
  }
  if (value && holds(bound, *value)) {
    return std::nullopt;
  }
  const std::string whose = bound.group.empty() ? "" : " of group " + bound.group;
  const std::string start = bound.place + ": missed \"" + bound.text + "\"" + whose + ": ";
  if (!value) {
    return start + bound.field + " has no value in this run (nothing to measure)";
  }
  return start + bound.field + " is " + amount(bound, *value) + ", " + distance(bound, *value);
}

}  // namespace fn::sim
