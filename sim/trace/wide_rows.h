// SPDX-License-Identifier: Apache-2.0
//
// Minute tables as Huawei's 2023 release has them: `day,time,<function>,...`, a row for each minute
// and a column for each function; `time` is seconds since the trace's zero, NaN or nothing means
// that the function did not run. Memory: one row.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/row_reader.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

// What the cells of a table count.
enum class WideCell : std::uint8_t { kCalls, kMilliseconds, kMegabytes };

// Whether these names are those of such a table.
bool is_wide(const std::vector<std::string>& names);

class WideRows {
 public:
  static constexpr double kNone = -1;

  // Rows must be later than minute `after`. REQUIRES: options and digest outlive it.
  WideRows(ByteSourcePtr source,
           WideCell cell,
           std::int64_t after,
           const TraceOptions& options,
           Sha256* digest);

  // Reads the header: before everything else, once.
  core::Status open();

  // The next row; false at the end. Errors are one line: file, line, field, what was expected.
  core::Result<bool> next();

  // Reads the rest for the digest, whatever it says.
  core::Status drain();

  // Of the last row, or the one before the first.
  [[nodiscard]] std::int64_t minute() const { return minute_; }

  // By column, kNone where the function did not run.
  [[nodiscard]] const std::vector<double>& values() const { return values_; }

  // The functions' names by column.
  [[nodiscard]] const std::vector<std::string>& functions() const { return functions_; }

  // Malformed rows that were skipped, and what was wrong with the first.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

  [[nodiscard]] const std::string& first_skipped() const { return first_skipped_; }

  // Rows whose day is not that of their time.
  [[nodiscard]] std::uint64_t other_days() const { return other_days_; }

 private:
  Fault read();
  Fault read_minute(std::int64_t& minute, std::uint64_t& day) const;
  [[nodiscard]] Fault read_cell(std::size_t column, double& value) const;
  [[nodiscard]] core::Status refuse(std::uint64_t line, const RowFault& wrong) const;

  ByteSourcePtr source_;
  WideCell cell_;
  const TraceOptions& options_;
  LineReader lines_;
  std::size_t day_ = 0;
  std::size_t time_ = 0;
  std::vector<std::size_t> columns_;
  std::vector<std::string> functions_;
  std::size_t width_ = 0;
  Fields fields_;
  std::int64_t minute_;
  std::vector<double> values_;
  std::uint64_t skipped_ = 0;
  std::string first_skipped_;
  std::uint64_t other_days_ = 0;
};

}  // namespace fn::sim
