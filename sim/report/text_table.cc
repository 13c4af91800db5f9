// SPDX-License-Identifier: Apache-2.0

#include "sim/report/text_table.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "sim/report/text.h"

namespace fn::sim {
namespace {

constexpr std::size_t kNarrowestFirst = 8;

std::string padded(const std::string& cell, std::size_t width, bool to_the_right) {
  const std::string shown = fit(cell, std::max<std::size_t>(width, 1));
  const std::size_t taken = display_width(shown);
  const std::string blank(width > taken ? width - taken : 0, ' ');
  return to_the_right ? blank + shown : shown + blank;
}

}  // namespace

bool colour_wanted(bool is_terminal, const char* no_color, const char* term) {
  const bool refused = no_color != nullptr && *no_color != '\0';
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return is_terminal && !refused && !dumb;
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (const Line& line : lines_) {
    widths.resize(std::max(widths.size(), line.cells.size()));
    for (std::size_t column = 0; column < line.cells.size(); ++column) {
      widths[column] = std::max(widths[column], display_width(line.cells[column]));
    }
  }
  return widths;
}

std::string TextTable::text(const TableStyle& style) const {
  std::vector<std::size_t> columns = widths();
  if (columns.empty()) {
    return {};
  }
  const std::size_t rest = std::accumulate(columns.begin() + 1, columns.end(), std::size_t{0});
  const std::size_t gaps = columns.size() - 1;
  const std::size_t gap = columns.front() + rest + 2 * gaps <= style.width ? 2 : 1;
  const std::size_t taken = rest + gap * gaps;
  const std::size_t left = style.width > taken ? style.width - taken : 0;
  columns.front() =
      std::min(columns.front(), std::max(left, std::min(columns.front(), kNarrowestFirst)));

  std::string out;
  for (const Line& line : lines_) {
    std::string shown;
    for (std::size_t column = 0; column < line.cells.size(); ++column) {
      shown += column == 0 ? "" : std::string(gap, ' ');
      shown += padded(line.cells[column], columns[column], column > 0);
    }
    shown.erase(shown.find_last_not_of(' ') + 1);
    out += style.colour && line.bold ? "\x1b[1m" + shown + "\x1b[0m" : shown;
    out += '\n';
  }
  return out;
}

}  // namespace fn::sim
