// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/trace_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/trace/row_reader.h"

namespace fn::sim {

namespace {

constexpr double kLongestMs = 31.0 * 24 * 3600 * 1000;
constexpr double kLargestMb = 16.0 * 1024 * 1024;

void warn_duplicates(const ByteSource& source, std::uint64_t count, TraceTable& table) {
  table.duplicates += count;
  if (count > 0) {
    table.warnings.push_back(source.name() + ": " + std::to_string(count) +
                             " further rows of functions that have one already were not used");
  }
}

core::Status read_durations(const ByteSource& source,
                            const TraceOptions& options,
                            Sha256& digest,
                            TraceTable& table) {
  RowReader rows(source, options, &digest);
  const core::Result<Header> header = rows.header();
  if (!header) {
    return tl::unexpected(header.error());
  }
  // Both ways of using them are checked, so that one trace is good or bad whatever the options.
  constexpr std::array<std::string_view, 10> kWanted = {"HashFunction",
                                                        "Average",
                                                        "Maximum",
                                                        "percentile_Average_0",
                                                        "percentile_Average_1",
                                                        "percentile_Average_25",
                                                        "percentile_Average_50",
                                                        "percentile_Average_75",
                                                        "percentile_Average_99",
                                                        "percentile_Average_100"};
  std::array<std::size_t, kWanted.size()> columns{};
  for (std::size_t index = 0; index < kWanted.size(); ++index) {
    const core::Result<std::size_t> column = header->require(kWanted[index]);
    if (!column) {
      return tl::unexpected(column.error());
    }
    columns[index] = *column;
  }
  constexpr std::size_t kFirstPercentile = 3;
  std::uint64_t duplicates = 0;
  core::Status read =
      rows.each(table.warnings, [&](const Fields& fields, const LineReader&) -> Fault {
        const std::string_view id = fields[columns[0]];
        if (const char* wrong = name_fault(id, options.limits.field_bytes)) {
          return fault(kWanted[0], wrong, id);
        }
        std::array<core::Duration, kWanted.size()> values{};
        for (std::size_t index = 1; index < kWanted.size(); ++index) {
          double milliseconds = 0;
          if (!parse_decimal(fields[columns[index]], kLongestMs, milliseconds)) {
            return fault(kWanted[index], "milliseconds from 0 to 31 days", fields[columns[index]]);
          }
          values[index] = from_ms(milliseconds);
          if (index > kFirstPercentile && values[index] < values[index - 1]) {
            return fault(kWanted[index],
                         "a percentile that is not below the one before",
                         fields[columns[index]]);
          }
        }
        const std::uint32_t number = table.ids.find(id);
        if (number == NameTable::kUnknown) {
          return std::nullopt;
        }
        TraceRow& function = table.functions[number];
        duplicates += function.has_durations ? 1U : 0U;
        if (!function.has_durations) {
          function.has_durations = true;
          function.durations.average = values[1];
          function.durations.maximum = values[2];
          std::copy(values.begin() + 3, values.end(), function.durations.quantiles.begin());
        }
        return std::nullopt;
      });
  warn_duplicates(source, duplicates, table);
  table.rows_skipped += rows.skipped();
  return read;
}

core::Status read_memory(const ByteSource& source,
                         const TraceOptions& options,
                         Sha256& digest,
                         TraceTable& table) {
  RowReader rows(source, options, &digest);
  const core::Result<Header> header = rows.header();
  if (!header) {
    return tl::unexpected(header.error());
  }
  table.memory_by_app = header->find("HashFunction") == Header::kMissing;
  const std::string_view key_name = table.memory_by_app ? "HashApp" : "HashFunction";
  constexpr std::string_view kMemory = "AverageAllocatedMb";
  const core::Result<std::size_t> key = header->require(key_name);
  const core::Result<std::size_t> memory = header->require(kMemory);
  if (!key || !memory) {
    return tl::unexpected(!key ? key.error() : memory.error());
  }
  const NameTable& names = table.memory_by_app ? table.apps : table.ids;
  std::vector<std::int64_t> memory_mib(names.size());
  std::uint64_t duplicates = 0;
  core::Status read =
      rows.each(table.warnings, [&](const Fields& fields, const LineReader&) -> Fault {
        if (const char* wrong = name_fault(fields[*key], options.limits.field_bytes)) {
          return fault(key_name, wrong, fields[*key]);
        }
        double megabytes = 0;
        if (!parse_decimal(fields[*memory], kLargestMb, megabytes)) {
          return fault(kMemory, "megabytes from 0 to 16 Ti", fields[*memory]);
        }
        const std::uint32_t number = names.find(fields[*key]);
        if (number == NameTable::kUnknown) {
          return std::nullopt;
        }
        duplicates += memory_mib[number] > 0 ? 1U : 0U;
        if (memory_mib[number] == 0) {
          memory_mib[number] =
              std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(megabytes)));
        }
        return std::nullopt;
      });
  for (std::uint32_t number = 0; number < table.functions.size(); ++number) {
    TraceRow& function = table.functions[number];
    function.memory_mib = memory_mib[table.memory_by_app ? function.app : number];
  }
  warn_duplicates(source, duplicates, table);
  table.rows_skipped += rows.skipped();
  return read;
}

}  // namespace

NameTable::Entry NameTable::intern(std::string_view name) {
  const auto found = numbers_.lower_bound(name);
  if (found != numbers_.end() && found->first == name) {
    return {found->second, false};
  }
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.push_back(numbers_.emplace_hint(found, name, number)->first);
  return {number, true};
}

std::uint32_t NameTable::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? kUnknown : found->second;
}

core::Result<TraceTable> read_trace_table(const TraceSources& sources,
                                          const TraceOptions& options) {
  TraceTable table;
  Sha256 digest;
  core::Status read = read_invocations(*sources.inv, options, digest, table);
  if (read) {
    read = read_durations(*sources.run, options, digest, table);
  }
  if (read) {
    read = read_memory(*sources.mem, options, digest, table);
  }
  if (!read) {
    return tl::unexpected(read.error());
  }
  table.sha256 = digest.hex();
  return table;
}

}  // namespace fn::sim
