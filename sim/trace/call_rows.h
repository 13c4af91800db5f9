// SPDX-License-Identifier: Apache-2.0
//
// The rows of a per-call trace, one after the other: a CSV file with a header line and one row for
// each call. Every cell that is used is checked.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/call_columns.h"
#include "sim/trace/row_reader.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

// The names are valid until the next row; those that the file lacks are "default".
struct CallRow {
  std::int64_t start_ns = 0;  // since 1970, or since whatever the file counts from
  std::int64_t run_ns = 0;
  std::int64_t memory_mib = 0;
  std::uint64_t count = 1;
  std::string_view tenant;
  std::string_view app;
  std::string_view function;
};

class CallRows {
 public:
  // REQUIRES: source, options and digest outlive it.
  CallRows(const ByteSource& source, const TraceOptions& options, Sha256* digest);

  // Reads the header and finds the columns: before everything else, once.
  core::Status open();

  // The next row; false at the end. Errors are one line: file, line, field, what was expected.
  core::Result<bool> next(CallRow& row);

  // Of the row that was read last.
  [[nodiscard]] std::uint64_t line() const { return lines_.number(); }

  // The last row has no line break: the file may have been cut in its last number.
  [[nodiscard]] bool unended() const { return lines_.unended(); }

  [[nodiscard]] const CallColumns& columns() const { return columns_; }

  // Rows that TraceOptions::lenient skipped, those among them that end before they start, and what
  // was wrong with the first.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

  [[nodiscard]] std::uint64_t end_before_start() const { return end_before_start_; }

  [[nodiscard]] const std::string& first_skipped() const { return first_skipped_; }

  // Which column was taken for what, in which unit, and what was assumed for missing ones; known
  // behind the first row.
  [[nodiscard]] std::string mapping() const;

 private:
  enum class TimeForm : std::uint8_t { kUnknown, kText, kNumber };

  Fault read(CallRow& row);
  Fault read_times(CallRow& row);
  Fault read_time(const CallColumn& column, std::size_t place, std::int64_t& nanoseconds);
  Fault read_memory(std::int64_t& memory_mib) const;
  Fault read_count(std::uint64_t& count) const;
  Fault read_name(std::size_t place, std::string_view& name) const;

  [[nodiscard]] bool has(std::size_t place) const { return places_[place] != Header::kMissing; }

  [[nodiscard]] std::string time_form() const;

  const ByteSource& source_;
  const TraceOptions& options_;
  LineReader lines_;
  CallColumns columns_;
  // Where they stand: start, end, tenant, app, function, duration, memory, count.
  std::array<std::size_t, 8> places_{};
  std::size_t width_ = 0;
  Fields fields_;
  std::string unquoted_;
  TimeForm form_ = TimeForm::kUnknown;
  std::int64_t time_unit_ = 0;
  bool zoned_ = false;
  std::uint64_t skipped_ = 0;
  std::uint64_t end_before_start_ = 0;
  std::string first_skipped_;
};

}  // namespace fn::sim
