// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/call_rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/trace/call_time.h"

namespace fn::sim {

namespace {

enum Place : std::size_t { kStart, kEnd, kTenant, kApp, kFunction, kDuration, kMemory, kCount };

constexpr std::string_view kNobody = "default";
constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;
// 1970 to 2199, and the longest duration that is believed.
constexpr std::int64_t kLatest = 230LL * 365 * 86'400 * kSecond;
constexpr std::int64_t kLongest = 365LL * 86'400 * kSecond;
constexpr std::int64_t kMib = 1'048'576;
constexpr std::int64_t kMostMib = 16LL * 1'048'576;

// What a Unix time of this many digits before the point counts: today's times have 10 digits in
// seconds and three more in each smaller unit.
std::int64_t unit_of_size(std::size_t digits) {
  constexpr std::size_t kSeconds = 11;
  constexpr std::size_t kMilliseconds = 14;
  constexpr std::size_t kMicroseconds = 17;
  if (digits <= kSeconds) {
    return kSecond;
  }
  if (digits <= kMilliseconds) {
    return kMillisecond;
  }
  return digits <= kMicroseconds ? kMicrosecond : 1;
}

std::string_view unit_name(std::int64_t nanoseconds) {
  switch (nanoseconds) {
    case kSecond:
      return "seconds";
    case kMillisecond:
      return "milliseconds";
    case kMicrosecond:
      return "microseconds";
    default:
      return "nanoseconds";
  }
}

}  // namespace

CallRows::CallRows(const ByteSource& source, const TraceOptions& options, Sha256* digest)
    : source_(source), options_(options), lines_(source, options.limits, digest) {}

core::Status CallRows::open() {
  const core::Result<Header> header = Header::read(source_.name(), lines_, options_.limits);
  if (!header) {
    return tl::unexpected(header.error());
  }
  width_ = header->names().size();
  core::Result<CallColumns> columns = azure2021_columns();
  if (!options_.columns.empty()) {
    columns = parse_call_columns(options_.columns);
  } else if (!is_azure2021(header->names())) {
    columns = guess_call_columns(source_.name(), header->names());
  }
  if (!columns) {
    return tl::unexpected(columns.error());
  }
  columns_ = std::move(*columns);
  const std::array<const CallColumn*, 8> wanted = {&columns_.start,
                                                   &columns_.end,
                                                   &columns_.tenant,
                                                   &columns_.app,
                                                   &columns_.function,
                                                   &columns_.duration,
                                                   &columns_.memory,
                                                   &columns_.count};
  for (std::size_t place = 0; place < wanted.size(); ++place) {
    places_[place] = Header::kMissing;
    if (!wanted[place]->name.empty()) {
      const core::Result<std::size_t> found = header->require(wanted[place]->name);
      if (!found) {
        return tl::unexpected(found.error());
      }
      places_[place] = *found;
    }
  }
  return {};
}

core::Result<bool> CallRows::next(CallRow& row) {
  while (true) {
    core::Result<bool> more = lines_.next();
    if (!more || !*more) {
      return more;
    }
    const Fault wrong = read(row);
    if (!wrong) {
      return true;
    }
    std::string described = describe(source_.name(), lines_.number(), *wrong);
    if (!options_.lenient) {
      return core::fail(core::ErrorCode::kInvalidArgument, std::move(described));
    }
    if (skipped_++ == 0) {
      first_skipped_ = std::move(described);
    }
  }
}

Fault CallRows::read(CallRow& row) {
  if (lines_.fault() != nullptr && !lines_.unended()) {
    return fault("", lines_.fault(), lines_.line());
  }
  if (const char* wrong = split_quoted(lines_.line(), width_, fields_, unquoted_)) {
    return fault("", wrong, lines_.line());
  }
  if (fields_.size() != width_) {
    return RowFault{"",
                    std::to_string(width_) + " fields as in the header",
                    fields_.size() > width_ ? "more" : std::to_string(fields_.size()),
                    true};
  }
  Fault wrong = read_times(row);
  wrong = wrong ? wrong : read_memory(row.memory_mib);
  wrong = wrong ? wrong : read_count(row.count);
  wrong = wrong ? wrong : read_name(kTenant, row.tenant);
  wrong = wrong ? wrong : read_name(kApp, row.app);
  return wrong ? wrong : read_name(kFunction, row.function);
}

// From start and duration, start and end, end and duration, or start alone.
Fault CallRows::read_times(CallRow& row) {
  row.run_ns = options_.default_duration.count();
  if (has(kDuration)) {
    const std::string_view text = fields_[places_[kDuration]];
    if (!parse_ns(text, columns_.duration.unit, kLongest, row.run_ns)) {
      return fault(columns_.duration.name, "a duration from 0 to a year", text);
    }
  }
  std::int64_t end_ns = 0;
  const bool by_end = has(kEnd) && !(has(kStart) && has(kDuration));
  if (by_end) {
    if (Fault wrong = read_time(columns_.end, places_[kEnd], end_ns)) {
      return wrong;
    }
  }
  if (has(kStart)) {
    if (Fault wrong = read_time(columns_.start, places_[kStart], row.start_ns)) {
      return wrong;
    }
    if (by_end) {
      row.run_ns = end_ns - row.start_ns;
    }
  } else {
    row.start_ns = end_ns - row.run_ns;
  }
  if (by_end && (row.run_ns < 0 || row.start_ns < 0)) {
    ++end_before_start_;
    return fault(columns_.end.name,
                 has(kStart) ? "an end that is not before the start"
                             : "an end that is not smaller than the duration",
                 fields_[places_[kEnd]]);
  }
  return row.run_ns <= kLongest ? std::nullopt
                                : Fault(fault(columns_.end.name,
                                              "an end at most a year behind the start",
                                              fields_[places_[kEnd]]));
}

// The first time that can be read tells how all of them are written.
Fault CallRows::read_time(const CallColumn& column, std::size_t place, std::int64_t& nanoseconds) {
  const std::string_view text = fields_[place];
  bool zoned = false;
  if (form_ == TimeForm::kUnknown) {
    if (parse_rfc3339(text, nanoseconds, zoned)) {
      form_ = TimeForm::kText;
      zoned_ = zoned;
      return std::nullopt;
    }
    const std::int64_t unit =
        column.unit != 0 ? column.unit : unit_of_size(std::min(text.find('.'), text.size()));
    if (!parse_ns(text, unit, kLatest, nanoseconds)) {
      return fault(column.name, "a time such as 2024-01-31T23:59:59.5Z, or a number", text);
    }
    form_ = TimeForm::kNumber;
    time_unit_ = unit;
    return std::nullopt;
  }
  if (form_ == TimeForm::kNumber) {
    const bool good = parse_ns(text, time_unit_, kLatest, nanoseconds);
    return good ? std::nullopt
                : Fault(fault(column.name, "a time as " + time_form() + " since 1970", text));
  }
  if (!parse_rfc3339(text, nanoseconds, zoned)) {
    return fault(column.name, "a time such as 2024-01-31T23:59:59.5Z", text);
  }
  return zoned == zoned_ ? std::nullopt
                         : Fault(fault(column.name,
                                       zoned_ ? "a time zone as in the first row"
                                              : "no time zone, as in the first row",
                                       text));
}

Fault CallRows::read_memory(std::int64_t& memory_mib) const {
  if (!has(kMemory)) {
    memory_mib = options_.default_memory.value;
    return std::nullopt;
  }
  const std::string_view text = fields_[places_[kMemory]];
  double amount = 0;
  const double mib = static_cast<double>(columns_.memory.unit) / static_cast<double>(kMib);
  if (!parse_decimal(text, static_cast<double>(kMostMib) / mib, amount)) {
    return fault(columns_.memory.name, "an amount of memory from 0 to 16 TiB", text);
  }
  memory_mib = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(amount * mib)));
  return std::nullopt;
}

Fault CallRows::read_count(std::uint64_t& count) const {
  if (!has(kCount)) {
    return std::nullopt;
  }
  const std::string_view text = fields_[places_[kCount]];
  const std::uint64_t most = options_.limits.calls_per_minute;
  return parse_whole(text, most, count)
             ? std::nullopt
             : Fault(fault(columns_.count.name,
                           "a whole number of calls from 0 to " + std::to_string(most),
                           text));
}

Fault CallRows::read_name(std::size_t place, std::string_view& name) const {
  name = kNobody;
  if (!has(place)) {
    return std::nullopt;
  }
  name = fields_[places_[place]];
  const char* wrong = name_fault(name, options_.limits.field_bytes);
  const std::array<const CallColumn*, 3> columns = {
      &columns_.tenant, &columns_.app, &columns_.function};
  return wrong == nullptr ? std::nullopt
                          : Fault(fault(columns[place - kTenant]->name, wrong, name));
}

std::string CallRows::mapping() const {
  const std::array<std::pair<std::string_view, const CallColumn*>, 6> names = {
      {{"end", &columns_.end},
       {"tenant", &columns_.tenant},
       {"app", &columns_.app},
       {"fn", &columns_.function},
       {"memory", &columns_.memory},
       {"count", &columns_.count}}};
  std::string text = "columns: ";
  if (has(kStart)) {
    text += "start=" + columns_.start.name + " (" + time_form() + ")";
  } else {
    text += "start=" + columns_.end.name + " - " + columns_.duration.name;
  }
  if (has(kDuration)) {
    text += ", duration=" + columns_.duration.name + " (" +
            std::string(unit_name(columns_.duration.unit)) + ")";
  }
  for (const auto& [field, column] : names) {
    if (!column->name.empty()) {
      text += ", " + std::string(field) + "=" + column->name;
    }
  }
  if (!has(kDuration) && !has(kEnd)) {
    text += "; every call runs " +
            std::to_string(options_.default_duration.count() / kMillisecond) +
            " ms, for lack of durations";
  }
  if (!has(kMemory)) {
    text += "; every container has " + std::to_string(options_.default_memory.value) +
            " MiB, for lack of memory";
  }
  if (!has(kTenant)) {
    text += "; one tenant, for lack of others";
  }
  return text;
}

std::string CallRows::time_form() const {
  if (form_ == TimeForm::kText) {
    return zoned_ ? "RFC 3339" : "RFC 3339 without a zone, taken for UTC";
  }
  return "a number of " + std::string(unit_name(time_unit_));
}

}  // namespace fn::sim
