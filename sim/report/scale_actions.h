// SPDX-License-Identifier: Apache-2.0
//
// Counts a group's scale actions and how often their sign changed: what sim/README.md calls
// scale_ups, scale_downs and direction_changes.

#pragma once

#include <cstdint>

namespace fn::sim {

struct ScaleActions {
  std::uint64_t ups = 0;
  std::uint64_t downs = 0;
  std::uint64_t turns = 0;

  // One action: `more` runners were asked for, `fewer` given up, `revived` called back.
  void add(std::uint32_t more, std::uint32_t fewer, std::uint32_t revived) {
    ups += more;
    downs += fewer;
    const std::uint64_t wanted = std::uint64_t{more} + revived;
    if (wanted == fewer) {
      return;
    }
    const int sign = wanted > fewer ? 1 : -1;
    turns += direction != 0 && sign != direction ? 1U : 0U;
    direction = sign;
  }

  // Of the last action that had one; zero: none had.
  int direction = 0;
};

}  // namespace fn::sim
