// SPDX-License-Identifier: Apache-2.0
//
// What a group needed of what it had, over a whole run in at most 48 cells: each tells the highest
// share of its minutes. When the cells are used up, pairs of them become one, so that memory does
// not grow with the run and equal runs give equal cells.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace fn::sim {

class DemandStrip {
 public:
  static constexpr std::size_t kMostCells = 48;

  // One more minute.
  void add(std::uint64_t demand_mib, std::uint64_t capacity_mib);

  [[nodiscard]] std::uint64_t minutes_per_cell() const { return per_cell_; }

  // A character per cell: the eighth of the capacity that was reached, as a block or, in ASCII, as
  // a digit; '.' for no demand at all and '!' for more than there was.
  [[nodiscard]] std::string text(bool unicode) const;

  // The highest share, in per cent and rounded up, of the minutes that had any capacity; nothing
  // when there was none.
  [[nodiscard]] std::optional<std::uint64_t> highest_percent() const;

 private:
  // Thousandths of the capacity, rounded up; kMore stands for all that is more than it.
  static constexpr std::uint32_t kWhole = 1000;
  static constexpr std::uint32_t kMore = kWhole + 1;

  std::array<std::uint32_t, kMostCells> cells_{};
  std::size_t used_ = 0;
  std::uint64_t per_cell_ = 1;
  std::uint64_t in_last_ = 0;  // minutes of the last cell so far
  std::uint64_t highest_ = 0;  // thousandths, whatever their number
  bool had_capacity_ = false;
};

}  // namespace fn::sim
