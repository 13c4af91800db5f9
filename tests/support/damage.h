// SPDX-License-Identifier: Apache-2.0
//
// What a saved state must survive: every byte changed, and every length cut short. `load` gets the
// bytes and tells whether they were taken; where they were, it may go on with what it loaded, which
// the sanitizers then watch.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/bytes.h"

namespace fn::tests {

using LoadsState = std::function<bool(core::Reader& in)>;

// Behind the form and the time, more than one change in four must be refused.
inline void refuses_damage_or_goes_on(std::span<const std::byte> saved, const LoadsState& load) {
  constexpr std::size_t kFormAndTime = 16;
  const std::vector<std::byte> bytes(saved.begin(), saved.end());
  std::size_t refused = 0;
  for (std::size_t at = kFormAndTime; at < bytes.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x80, 0xff}) {
      std::vector<std::byte> damaged = bytes;
      damaged[at] = static_cast<std::byte>(value);
      core::Reader reader(damaged);
      refused += load(reader) ? 0U : 1U;
    }
  }
  EXPECT_GT(refused, bytes.size());
}

inline void refuses_what_is_cut(std::span<const std::byte> saved, const LoadsState& load) {
  for (std::size_t length = 0; length < saved.size(); ++length) {
    core::Reader cut(saved.first(length));
    EXPECT_FALSE(load(cut)) << length;
  }
}

}  // namespace fn::tests
