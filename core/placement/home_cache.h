// SPDX-License-Identifier: Apache-2.0
//
// HomeCache: where each function's search begins, as long as the membership stays. It is a memory
// of computed values, not state: it is never saved, and an empty one changes no decision. It grows
// to the largest function handle that it has seen.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/assert.h"
#include "core/base/handle.h"

namespace fn::core {

class HomeCache {
 public:
  static constexpr std::uint32_t kUnknown = 0xffffffffU;

  // The home of `function`, computed by `locate()` on its first use since clear().
  template <typename Locate>
  std::uint32_t home(FunctionHandle function, Locate locate) {
    if (function.value >= homes_.size()) {
      grow(function);
    }
    std::uint32_t& home = homes_[function.value];
    if (home == kUnknown) {
      home = locate();
    }
    return home;
  }

  // Its handle may be given to another function.
  void forget(FunctionHandle function) {
    if (function.value < homes_.size()) {
      homes_[function.value] = kUnknown;
    }
  }

  void clear() { std::fill(homes_.begin(), homes_.end(), kUnknown); }

 private:
  void grow(FunctionHandle function) {
    FN_ASSERT(function.valid());
    homes_.resize(std::size_t{function.value} + 1, kUnknown);
  }

  std::vector<std::uint32_t> homes_;
};

}  // namespace fn::core
