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
      : header_(header), minutes_(minutes), limits_(limits), per_minute_(minutes.count) {}

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

  Fault take(const Fields& fields, const LineReader& lines, TraceTable& table) {
    for (const std::size_t column : {owner_, app_, function_}) {
      if (const char* wrong = name_fault(fields[column], limits_.field_bytes)) {
        return fault(header_.names()[column], wrong, fields[column]);
      }
    }
    if (trigger_ != Header::kMissing && fields[trigger_].size() > limits_.field_bytes) {
      return fault("Trigger", "a shorter word", fields[trigger_]);
    }
    counts_.clear();
    std::uint64_t calls = 0;
    for (std::size_t minute = 0; minute < minutes_.count; ++minute) {
      std::uint64_t count = 0;
      if (Fault wrong = read_count(fields, minute, count)) {
        return wrong;
      }
      calls += count;
      if (count > 0) {
        counts_.emplace_back(minute, count);
      }
    }
    if (calls > kCallsPerFunction) {
      return fault("", "fewer than 2^32 calls of one function", std::to_string(calls));
    }
    if (table.functions.size() >= limits_.functions) {
      return too_many("", "at most " + std::to_string(limits_.functions) + " functions");
    }
    const NameTable::Entry entry = table.ids.intern(fields[function_]);
    if (!entry.fresh) {
      const std::string first = std::to_string(table.functions[entry.number].line);
      return fault(header_.names()[function_],
                   "each function once (line " + first + " has this one)",
                   fields[function_]);
    }
    for (const auto& [minute, count] : counts_) {
      per_minute_[minute] += count;
    }
    TraceRow function;
    function.owner = table.owners.intern(fields[owner_]).number;
    function.app = table.apps.intern(fields[app_]).number;
    const bool named = trigger_ != Header::kMissing;
    function.trigger = table.triggers.intern(named ? fields[trigger_] : "").number;
    function.line = lines.number();
    function.calls = calls;
    const char* counts = fields[minutes_.first].data();
    function.counts_offset = lines.offset() + static_cast<std::uint64_t>(counts - fields[0].data());
    table.functions.push_back(function);
    return std::nullopt;
  }

 private:
  Fault read_count(const Fields& fields, std::size_t minute, std::uint64_t& count) const {
    const std::size_t column = minutes_.first + minute;
    const std::uint64_t most = limits_.calls_per_minute;
    if (!parse_whole(fields[column], most, count)) {
      return fault(header_.names()[column],
                   "a whole number of calls from 0 to " + std::to_string(most),
                   fields[column]);
    }
    if (count > most - per_minute_[minute]) {
      return too_many(header_.names()[column],
                      "at most " + std::to_string(most) + " calls of all functions in one minute");
    }
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
  std::vector<std::pair<std::size_t, std::uint64_t>> counts_;  // of one row, without zeros
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
  core::Status read = rows.each(table.warnings, [&](const Fields& fields, const LineReader& lines) {
    return invocations.take(fields, lines, table);
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
