// SPDX-License-Identifier: Apache-2.0
//
// Amounts with their unit in the type: memory in MiB, CPU in thousandths of a core. Whole numbers,
// so that sums do not depend on their order.

#pragma once

#include <compare>
#include <cstdint>

namespace fn::core {

template <typename Tag>
struct Amount {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(const Amount&, const Amount&) = default;

  constexpr Amount& operator+=(Amount other) {
    value += other.value;
    return *this;
  }

  constexpr Amount& operator-=(Amount other) {
    value -= other.value;
    return *this;
  }

  friend constexpr Amount operator+(Amount left, Amount right) { return left += right; }

  friend constexpr Amount operator-(Amount left, Amount right) { return left -= right; }
};

using MemoryMib = Amount<struct MemoryMibTag>;
using MilliCpu = Amount<struct MilliCpuTag>;

}  // namespace fn::core
