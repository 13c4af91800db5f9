// SPDX-License-Identifier: Apache-2.0
//
// The rows below a file's header, with the malformed ones sorted out: the first of them ends the
// reading, or with TraceOptions::lenient each is skipped and counted.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "sim/trace/csv.h"

namespace fn::sim {

using Fields = std::vector<std::string_view>;
using Fault = std::optional<RowFault>;

inline RowFault fault(std::string_view field, std::string expected, std::string_view found) {
  return {std::string(field), std::move(expected), std::string(found.substr(0, 64))};
}

// More of something than there may be.
inline RowFault too_many(std::string_view field, std::string expected) {
  return {std::string(field), std::move(expected), "more", true};
}

class RowReader {
 public:
  RowReader(const ByteSource& source, const TraceOptions& options, Sha256* digest)
      : source_(source), options_(options), lines_(source, options.limits, digest) {}

  // Reads the header. Comes before each().
  [[nodiscard]] core::Result<Header> header();

  // Calls take(fields, lines) for each row; what it returns is what is wrong with the row. Adds a
  // warning about skipped rows.
  template <typename Take>
  core::Status each(std::vector<std::string>& warnings, const Take& take) {
    Fields fields;
    return each_line(warnings, [&](const LineReader& lines) {
      Fault wrong = split_row(lines.line(), fields);
      return wrong ? wrong : take(fields, lines);
    });
  }

  // The same with lines as they are: take(lines) has to split them.
  template <typename Take>
  core::Status each_line(std::vector<std::string>& warnings, const Take& take) {
    while (true) {
      const core::Result<bool> more = lines_.next();
      if (!more) {
        return tl::unexpected(more.error());
      }
      if (!*more) {
        warn(warnings);
        return {};
      }
      const Fault wrong = lines_.fault() != nullptr
                              ? Fault(fault("", lines_.fault(), lines_.line()))
                              : take(lines_);
      if (wrong) {
        if (core::Status skipped = skip(*wrong); !skipped) {
          return skipped;
        }
      }
    }
  }

  // Splits a line into as many fields as the header has.
  Fault split_row(std::string_view line, Fields& fields) const;

  // Malformed rows that were skipped.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  core::Status skip(const RowFault& wrong);
  void warn(std::vector<std::string>& warnings) const;

  const ByteSource& source_;
  const TraceOptions& options_;
  LineReader lines_;
  std::size_t columns_ = 0;
  std::uint64_t skipped_ = 0;
  std::string first_;
};

}  // namespace fn::sim
