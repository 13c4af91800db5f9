// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/wide_rows.h"

#include <algorithm>
#include <utility>

namespace fn::sim {

namespace {

constexpr double kLongestMs = 31.0 * 24 * 3600 * 1000;
constexpr double kLargestMb = 16.0 * 1024 * 1024;
constexpr std::uint64_t kMinuteSeconds = 60;
constexpr std::uint64_t kDayMinutes = 1'440;
// Ten years.
constexpr std::uint64_t kLatestSecond = std::uint64_t{3653} * kDayMinutes * kMinuteSeconds;
constexpr std::uint64_t kLatestDay = 1'000'000;

// A whole number, also as pandas writes it into a column that has NaN: "12.0".
bool parse_count(std::string_view text, std::uint64_t limit, std::uint64_t& value) {
  if (parse_whole(text, limit, value)) {
    return true;
  }
  double decimal = 0;
  if (!parse_decimal(text, static_cast<double>(limit), decimal)) {
    return false;
  }
  value = static_cast<std::uint64_t>(decimal);
  return static_cast<double>(value) == decimal;
}

bool says_none(std::string_view text) {
  return text.empty() || text == "NaN" || text == "nan";
}

}  // namespace

bool is_wide(const std::vector<std::string>& names) {
  std::uint64_t function = 0;
  return names.size() >= 3 && names[0] == "day" && names[1] == "time" &&
         parse_whole(names[2], ~std::uint64_t{0}, function);
}

WideRows::WideRows(ByteSourcePtr source,
                   WideCell cell,
                   std::int64_t after,
                   const TraceOptions& options,
                   Sha256* digest)
    : source_(std::move(source)),
      cell_(cell),
      options_(options),
      lines_(*source_, options_.limits, digest),
      minute_(after) {}

core::Status WideRows::refuse(std::uint64_t line, const RowFault& wrong) const {
  return core::fail(core::ErrorCode::kInvalidArgument, describe(source_->name(), line, wrong));
}

core::Status WideRows::open() {
  const core::Result<Header> header = Header::read(source_->name(), lines_, options_.limits);
  if (!header) {
    return tl::unexpected(header.error());
  }
  const core::Result<std::size_t> day = header->require("day");
  const core::Result<std::size_t> time = header->require("time");
  if (!day || !time) {
    return tl::unexpected(!day ? day.error() : time.error());
  }
  day_ = *day;
  time_ = *time;
  width_ = header->names().size();
  for (std::size_t column = 0; column < width_; ++column) {
    const std::string& name = header->names()[column];
    if (column == day_ || column == time_) {
      continue;
    }
    if (const char* wrong = name_fault(name, options_.limits.field_bytes)) {
      return refuse(1, fault(std::to_string(column + 1), wrong, name));
    }
    columns_.push_back(column);
    functions_.push_back(name);
  }
  if (functions_.empty()) {
    return refuse(1, {"", "a column for each function behind day and time", "none", true});
  }
  std::vector<std::string_view> sorted(functions_.begin(), functions_.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    return refuse(1, fault(*twice, "each function once in the header", *twice));
  }
  values_.resize(functions_.size());
  return {};
}

core::Result<bool> WideRows::next() {
  while (true) {
    core::Result<bool> more = lines_.next();
    if (!more || !*more) {
      return more;
    }
    const Fault wrong = read();
    if (!wrong) {
      return true;
    }
    core::Status refused = refuse(lines_.number(), *wrong);
    if (!options_.lenient) {
      return tl::unexpected(refused.error());
    }
    if (skipped_++ == 0) {
      first_skipped_ = refused.error().message;
    }
  }
}

core::Status WideRows::drain() {
  while (true) {
    const core::Result<bool> more = lines_.next();
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return {};
    }
  }
}

Fault WideRows::read() {
  if (lines_.fault() != nullptr) {
    return fault("", lines_.fault(), lines_.line());
  }
  split(lines_.line(), width_, fields_);
  if (fields_.size() != width_) {
    return RowFault{"",
                    std::to_string(width_) + " fields as in the header",
                    fields_.size() > width_ ? "more" : std::to_string(fields_.size()),
                    true};
  }
  std::int64_t minute = 0;
  std::uint64_t day = 0;
  if (Fault wrong = read_minute(minute, day)) {
    return wrong;
  }
  double sum = 0;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (Fault wrong = read_cell(column, values_[column])) {
      return wrong;
    }
    sum += std::max(values_[column], 0.0);
  }
  const std::uint64_t most = options_.limits.calls_per_minute;
  if (cell_ == WideCell::kCalls && sum > static_cast<double>(most)) {
    return too_many("", "at most " + std::to_string(most) + " calls of all functions in a minute");
  }
  minute_ = minute;
  other_days_ += day != static_cast<std::uint64_t>(minute) / kDayMinutes ? 1U : 0U;
  return std::nullopt;
}

Fault WideRows::read_minute(std::int64_t& minute, std::uint64_t& day) const {
  std::uint64_t seconds = 0;
  if (!parse_count(fields_[day_], kLatestDay, day)) {
    return fault("day", "a whole number of days", fields_[day_]);
  }
  if (!parse_count(fields_[time_], kLatestSecond, seconds) || seconds % kMinuteSeconds != 0) {
    return fault("time",
                 "seconds since the trace's zero, a full minute (is this a table of minutes?)",
                 fields_[time_]);
  }
  minute = static_cast<std::int64_t>(seconds / kMinuteSeconds);
  if (minute <= minute_) {
    return fault("time",
                 "a minute later than " + std::to_string(minute_ * 60) +
                     " s, as rows and files are ordered by time",
                 fields_[time_]);
  }
  return std::nullopt;
}

Fault WideRows::read_cell(std::size_t column, double& value) const {
  const std::string_view text = fields_[columns_[column]];
  value = kNone;
  if (says_none(text)) {
    return std::nullopt;
  }
  const std::uint64_t most = options_.limits.calls_per_minute;
  std::uint64_t calls = 0;
  switch (cell_) {
    case WideCell::kCalls:
      if (!parse_count(text, most, calls)) {
        return fault(functions_[column],
                     "a whole number of calls from 0 to " + std::to_string(most) + ", or NaN",
                     text);
      }
      value = static_cast<double>(calls);
      return std::nullopt;
    case WideCell::kMilliseconds:
      if (!parse_decimal(text, kLongestMs, value)) {
        return fault(functions_[column], "milliseconds from 0 to 31 days, or NaN", text);
      }
      return std::nullopt;
    case WideCell::kMegabytes:
      if (!parse_decimal(text, kLargestMb, value)) {
        return fault(functions_[column], "megabytes from 0 to 16 Ti, or NaN", text);
      }
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace fn::sim
