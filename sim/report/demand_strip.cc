// SPDX-License-Identifier: Apache-2.0

#include "sim/report/demand_strip.h"

#include <algorithm>
#include <string_view>

#include "core/base/wide.h"

namespace fn::sim {
namespace {

constexpr std::uint64_t kEighths = 8;
constexpr std::array<std::string_view, kEighths> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

}  // namespace

void DemandStrip::add(std::uint64_t demand_mib, std::uint64_t capacity_mib) {
  std::uint32_t share = demand_mib > 0 ? kMore : 0;
  if (capacity_mib > 0) {
    const core::WideInt wide = static_cast<core::WideInt>(demand_mib) * kWhole;
    const auto thousandths = static_cast<std::uint64_t>((wide + capacity_mib - 1) / capacity_mib);
    highest_ = std::max(highest_, thousandths);
    had_capacity_ = true;
    share = static_cast<std::uint32_t>(std::min<std::uint64_t>(thousandths, kMore));
  }
  if (in_last_ == per_cell_ && used_ == kMostCells) {
    for (std::size_t pair = 0; pair < kMostCells / 2; ++pair) {
      cells_[pair] = std::max(cells_[2 * pair], cells_[2 * pair + 1]);
    }
    used_ = kMostCells / 2;
    per_cell_ *= 2;
    in_last_ = per_cell_;
  }
  if (in_last_ == per_cell_ || used_ == 0) {
    cells_[used_++] = 0;
    in_last_ = 0;
  }
  cells_[used_ - 1] = std::max(cells_[used_ - 1], share);
  ++in_last_;
}

std::string DemandStrip::text(bool unicode) const {
  std::string out;
  for (const std::uint32_t share : std::span(cells_).first(used_)) {
    if (share == 0 || share == kMore) {
      out += share == 0 ? '.' : '!';
      continue;
    }
    const std::size_t eighth = (share * kEighths + kWhole - 1) / kWhole;
    if (unicode) {
      out += kBlocks[eighth - 1];
    } else {
      out += static_cast<char>('0' + eighth);
    }
  }
  return out;
}

std::optional<std::uint64_t> DemandStrip::highest_percent() const {
  return had_capacity_ ? std::optional((highest_ + 9) / 10) : std::nullopt;
}

}  // namespace fn::sim
