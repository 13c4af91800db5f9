// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sim/trace/row_reader.h"
#include "sim/trace/trace_table.h"

namespace fn::sim {

namespace {

constexpr std::uint64_t kLargestMinute = 100'000'000;
// Calls of one function are numbered in 32 bits.
constexpr std::uint64_t kCallsPerFunction = 0xffffffffU;

struct MinuteColumns {
  std::size_t first = 0;
  std::size_t count = 0;
};

std::optional<std::uint64_t> minute_of(std::string_view name) {
  constexpr std::string_view kPrefix = "minute_";
  if (name.starts_with(kPrefix)) {
    name.remove_prefix(kPrefix.size());
  }
  std::uint64_t minute = 0;
  return parse_whole(name, kLargestMinute, minute) ? std::optional(minute) : std::nullopt;
}

core::Result<MinuteColumns> minute_columns(const std::string& file,
                                           const Header& header,
                                           const TraceLimits& limits) {
  MinuteColumns columns;
  std::uint64_t last = 0;
  const auto& names = header.names();
  for (std::size_t index = 0; index < names.size(); ++index) {
    const std::string& name = names[index];
    const std::optional<std::uint64_t> minute = minute_of(name);
    const bool known =
        name == "HashOwner" || name == "HashApp" || name == "HashFunction" || name == "Trigger";
    const bool next = minute && (columns.count == 0 ||
                                 (index == columns.first + columns.count && *minute == last + 1));
    if (!known && !next) {
      return core::fail(
          core::ErrorCode::kInvalidArgument,
          describe(file,
                   1,
                   {std::to_string(index + 1),
                    columns.count == 0 ? "HashOwner, HashApp, HashFunction, Trigger or a minute"
                                       : "the minute after " + std::to_string(last),
                    name}));
    }
    if (next) {
      columns.first = columns.count == 0 ? index : columns.first;
      ++columns.count;
      last = *minute;
    }
  }
  if (columns.count == 0 || columns.count > limits.minutes) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      file + ":1: expected 1 to " + std::to_string(limits.minutes) +
                          " minute columns, found " + std::to_string(columns.count));
  }
  return columns;
}

class InvocationRows {
 public:
  InvocationRows(const Header& header, MinuteColumns minutes, const TraceLimits& limits)
      : header_(header),
        minutes_(minutes),
        limits_(limits),
        per_minute_(minutes.count),
        counts_(minutes.count) {}

  core::Status find_columns() {
    const std::array<std::pair<std::string_view, std::size_t*>, 3> wanted = {
        {{"HashOwner", &owner_}, {"HashApp", &app_}, {"HashFunction", &function_}}};
    for (const auto& [name, column] : wanted) {
      const core::Result<std::size_t> found = header_.require(name);
      if (!found) {
        return tl::unexpected(found.error());
      }
      *column = *found;
    }
    trigger_ = header_.find("Trigger");
    return {};
  }

  Fault take(const RowReader& rows, const LineReader& lines, TraceTable& table) {
    const std::string_view line = lines.line();
    split(line, minutes_.first, fields_);
    // Most rows are names, counts and nothing else; the others are looked at field by field.
    const bool plain = minutes_.first + minutes_.count == header_.names().size() &&
                       fields_.size() == minutes_.first + 1 && scan_counts(fields_.back());
    if (!plain) {
      if (Fault wrong = read_fields(rows, line)) {
        return wrong;
      }
    }
    const char* counts = fields_[minutes_.first].data();
    return add(lines, lines.offset() + static_cast<std::uint64_t>(counts - line.data()), table);
  }

 private:
  // The counts of all minutes, in digits and with a comma between them. False: look closer.
  bool scan_counts(std::string_view text) {
    const char* at = text.data();
    const char* end = at + text.size();
    std::uint32_t largest = 0;
    for (std::uint32_t& count : counts_) {
      std::uint32_t value = 0;
      const char* begin = at;
      while (at < end && static_cast<unsigned char>(*at - '0') <= 9) {
        value = value * 10 + static_cast<std::uint32_t>(*at - '0');
        ++at;
      }
      constexpr std::ptrdiff_t kDigits = 9;
      const bool last = &count == &counts_.back();
      if (at == begin || at - begin > kDigits || (last ? at != end : at == end || *at != ',')) {
        return false;
      }
      ++at;
      count = value;
      largest = std::max(largest, value);
    }
    return largest <= limits_.calls_per_minute;
  }

  Fault read_fields(const RowReader& rows, std::string_view line) {
    if (Fault wrong = rows.split_row(line, fields_)) {
      return wrong;
    }
    if (Fault wrong = check_names()) {
      return wrong;
    }
    for (std::size_t minute = 0; minute < minutes_.count; ++minute) {
      const std::size_t column = minutes_.first + minute;
      std::uint64_t count = 0;
      if (!parse_whole(fields_[column], limits_.calls_per_minute, count)) {
        return fault(
            header_.names()[column],
            "a whole number of calls from 0 to " + std::to_string(limits_.calls_per_minute),
            fields_[column]);
      }
      counts_[minute] = static_cast<std::uint32_t>(count);
    }
    return std::nullopt;
  }

  Fault check_names() const {
    for (const std::size_t column : {owner_, app_, function_}) {
      if (const char* wrong = name_fault(fields_[column], limits_.field_bytes)) {
        return fault(header_.names()[column], wrong, fields_[column]);
      }
    }
    if (trigger_ != Header::kMissing && fields_[trigger_].size() > limits_.field_bytes) {
      return fault("Trigger", "a shorter word", fields_[trigger_]);
    }
    return std::nullopt;
  }

  // The row whose fields and counts were taken.
  Fault add(const LineReader& lines, std::uint64_t counts_offset, TraceTable& table) {
    if (Fault wrong = check_names()) {
      return wrong;
    }
    std::uint64_t calls = 0;
    for (std::size_t minute = 0; minute < minutes_.count; ++minute) {
      calls += counts_[minute];
      if (per_minute_[minute] + counts_[minute] > limits_.calls_per_minute) {
        return too_many(header_.names()[minutes_.first + minute],
                        "at most " + std::to_string(limits_.calls_per_minute) +
                            " calls of all functions in one minute");
      }
    }
    if (calls > kCallsPerFunction) {
      return fault("", "fewer than 2^32 calls of one function", std::to_string(calls));
    }
    if (table.functions.size() >= limits_.functions) {
      return too_many("", "at most " + std::to_string(limits_.functions) + " functions");
    }
    const NameTable::Entry entry = table.ids.intern(fields_[function_]);
    if (!entry.fresh) {
      const std::string first = std::to_string(table.functions[entry.number].line);
      return fault(header_.names()[function_],
                   "each function once (line " + first + " has this one)",
                   fields_[function_]);
    }
    for (std::size_t minute = 0; minute < minutes_.count; ++minute) {
      per_minute_[minute] += counts_[minute];
    }
    TraceRow function;
    function.owner = table.owners.intern(fields_[owner_]).number;
    function.app = table.apps.intern(fields_[app_]).number;
    const bool named = trigger_ != Header::kMissing;
    function.trigger = table.triggers.intern(named ? fields_[trigger_] : "").number;
    function.line = lines.number();
    function.calls = calls;
    function.counts_offset = counts_offset;
    table.functions.push_back(function);
    return std::nullopt;
  }

  const Header& header_;
  MinuteColumns minutes_;
  const TraceLimits& limits_;
  std::size_t owner_ = 0;
  std::size_t app_ = 0;
  std::size_t function_ = 0;
  std::size_t trigger_ = Header::kMissing;
  std::vector<std::uint64_t> per_minute_;
  Fields fields_;                      // of one row
  std::vector<std::uint32_t> counts_;  // the same
};

}  // namespace

core::Status read_invocations(const ByteSource& source,
                              const TraceOptions& options,
                              Sha256& digest,
                              TraceTable& table) {
  RowReader rows(source, options, &digest);
  const core::Result<Header> header = rows.header();
  if (!header) {
    return tl::unexpected(header.error());
  }
  const auto minutes = minute_columns(source.name(), *header, options.limits);
  if (!minutes) {
    return tl::unexpected(minutes.error());
  }
  table.minutes = static_cast<std::uint32_t>(minutes->count);
  InvocationRows invocations(*header, *minutes, options.limits);
  if (core::Status found = invocations.find_columns(); !found) {
    return found;
  }
  core::Status read = rows.each_line(table.warnings, [&](const LineReader& lines) {
    return invocations.take(rows, lines, table);
  });
  if (!read) {
    return read;
  }
  table.rows_skipped += rows.skipped();
  if (table.functions.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      source.name() + ":2: expected at least one function, found none");
  }
  return {};
}

}  // namespace fn::sim
