// SPDX-License-Identifier: Apache-2.0
//
// CSV files whose cells may be lists of any length, as pandas writes them: `"[0.5, 2.0]"`, and as
// NumPy writes them, `[0.5 2.]`, also over several lines of a quoted cell. Read cell by cell and
// element by element, so memory holds one element, however long a row is.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/sha256.h"

namespace fn::sim {

class CellReader {
 public:
  // REQUIRES: source and digest outlive it.
  CellReader(const core::ByteSource& source, Sha256* digest);

  // Goes to the next row, past what is left of this one; false behind the last. An error only if
  // the source cannot be read.
  core::Result<bool> next_row();

  // Where the row began, from 1.
  [[nodiscard]] std::uint64_t line() const { return row_line_; }

  // Whether the row has another cell.
  [[nodiscard]] bool has_cell() const { return more_cells_; }

  // The row ended without a line break, at the end of the file.
  [[nodiscard]] bool unended() const { return unended_; }

  // The next cell as text. What was expected instead, or null. REQUIRES: has_cell().
  const char* text(std::size_t limit, std::string& text);

  // The next cell as a list: take(element) for each, until it returns what was expected instead.
  // Brackets may be missing. What was expected instead of what stands in found(), or null.
  template <typename Take>
  const char* list(const Take& take) {
    open_list();
    while (next_element()) {
      const char* wrong =
          element_.size() > kElementBytes ? "a shorter number" : take(std::string_view(element_));
      if (wrong != nullptr) {
        leave();
        return wrong;
      }
    }
    return close_list();
  }

  // Passes over the next cell, whatever it is. What was expected instead, or null.
  const char* skip();

  // What the cell or element read last was, as far as it was read.
  [[nodiscard]] const std::string& found() const { return element_; }

 private:
  static constexpr std::size_t kElementBytes = 64;
  static constexpr int kEndOfFile = -1;
  static constexpr int kEndOfCell = -2;

  [[nodiscard]] int peek() {
    return at_ < block_end_ || refill() ? static_cast<unsigned char>(block_[at_]) : kEndOfFile;
  }

  bool refill();
  void begin_cell();
  int next_char();
  int end_cell(int byte);
  void skip_blanks();
  void leave();
  void open_list();
  bool next_element();
  const char* close_list();

  const core::ByteSource& source_;
  Sha256* digest_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t block_end_ = 0;
  std::uint64_t offset_ = 0;  // behind the block
  core::Status status_;
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 0;
  bool more_cells_ = false;
  bool unended_ = false;
  bool quoted_ = false;
  int char_ = kEndOfCell;  // of the cell, not used yet
  const char* fault_ = nullptr;
  bool bracketed_ = false;
  bool after_comma_ = false;
  std::string element_;
};

}  // namespace fn::sim
