// SPDX-License-Identifier: Apache-2.0
//
// A table of text for a terminal: the first column to the left, the others to the right, two spaces
// between columns, or one where the line would be too long; the first column gives way after that.

#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace fn::sim {

struct TableStyle {
  // Columns of the terminal.
  std::size_t width = 100;
  // With escape sequences; nothing is said by colour alone.
  bool colour = false;
  // With characters beyond ASCII where they draw something.
  bool unicode = true;
  // Lines of groups at most; those with most calls stay.
  std::size_t groups = 60;
};

// Colour is for a terminal, unless NO_COLOR is set and not empty, or TERM is "dumb" (null: unset).
bool colour_wanted(bool is_terminal, const char* no_color, const char* term);

class TextTable {
 public:
  using Row = std::vector<std::string>;

  // Shown in bold where there is colour.
  void head(Row row) { add(std::move(row), true); }

  void row(Row row) { add(std::move(row), false); }

  void strong(Row row) { add(std::move(row), true); }

  // Every line ends in a line break and is at most `style.width` characters long, as long as the
  // columns but the first fit.
  [[nodiscard]] std::string text(const TableStyle& style) const;

 private:
  struct Line {
    Row cells;
    bool bold = false;
  };

  void add(Row row, bool bold) { lines_.push_back(Line{std::move(row), bold}); }

  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<Line> lines_;
};

}  // namespace fn::sim
