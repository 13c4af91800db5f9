// SPDX-License-Identifier: Apache-2.0
//
// What the two tables of IBM's release have in common (ibm2026.h): a header whose names may have a
// suffix, and rows of cells for one app each, of which malformed ones are sorted out.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/cell_reader.h"
#include "sim/trace/row_reader.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

// "InvocationTimes[](s)" -> "InvocationTimes".
std::string_view without_suffix(std::string_view name);

class IbmTable {
 public:
  static constexpr std::size_t kOther = ~std::size_t{0};

  // REQUIRES: source, options and digest outlive it.
  IbmTable(const core::ByteSource& source, const TraceOptions& options, Sha256* digest)
      : source_(source), options_(options), cells_(source, digest) {}

  // Reads the header, which must have each of `wanted` once.
  core::Status open(std::span<const std::string_view> wanted);

  // Reads the next row that is good; false behind the last. For each row cell(place in `wanted`,
  // cells) is called for each wanted cell and check() behind the last; each returns what is wrong
  // with the row. The first malformed row ends the reading, or with TraceOptions::lenient each is
  // skipped and counted.
  template <typename Cell, typename Check>
  core::Result<bool> next(const Cell& cell, const Check& check) {
    while (true) {
      core::Result<bool> more = cells_.next_row();
      if (!more || !*more) {
        return more;
      }
      Fault wrong = read_row(cell);
      wrong = wrong ? wrong : shape();
      wrong = wrong ? wrong : check();
      if (!wrong) {
        return true;
      }
      if (core::Status skipped = skip(*wrong); !skipped) {
        return tl::unexpected(skipped.error());
      }
    }
  }

  // Of the row that is read.
  [[nodiscard]] std::uint64_t line() const { return cells_.line(); }

  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

  // What was skipped, in one line.
  [[nodiscard]] std::string skipped_text() const;

 private:
  template <typename Cell>
  Fault read_row(const Cell& cell) {
    for (std::size_t column = 0; column < places_.size(); ++column) {
      if (!cells_.has_cell()) {
        return RowFault{"", columns(), std::to_string(column), true};
      }
      if (places_[column] != kOther) {
        if (Fault wrong = cell(places_[column], cells_)) {
          return wrong;
        }
      } else if (const char* expected = cells_.skip()) {
        return fault(names_[column], expected, "");
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string columns() const {
    return std::to_string(places_.size()) + " fields as in the header";
  }

  [[nodiscard]] Fault shape() const;
  core::Status skip(const RowFault& wrong);

  const core::ByteSource& source_;
  const TraceOptions& options_;
  CellReader cells_;
  std::vector<std::string> names_;   // by column
  std::vector<std::size_t> places_;  // by column: in `wanted`, or kOther
  std::uint64_t skipped_ = 0;
  std::string first_skipped_;
};

}  // namespace fn::sim
