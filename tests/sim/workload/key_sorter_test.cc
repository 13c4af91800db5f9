// SPDX-License-Identifier: Apache-2.0
//
// Goal: the bucket sort of a minute's calls equals a plain sort, for even and for lumpy keys.

#include "sim/workload/key_sorter.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/base/rng.h"

namespace fn::sim {
namespace {

TEST(KeySorter, AgreesWithAPlainSort) {
  KeySorter sorter;
  for (std::uint64_t round = 0; round < 2'000; ++round) {
    core::Rng rng(round);
    std::vector<std::uint64_t> keys(rng.below(1'000));
    // From all bits down to a single value: lumps of every size.
    const std::uint64_t mask = ~std::uint64_t{0} << rng.below(64) >> rng.below(64);
    for (std::uint64_t& key : keys) {
      key = rng.next() & mask;
    }
    std::vector<std::uint64_t> expected = keys;
    std::sort(expected.begin(), expected.end());
    sorter.sort(keys);
    ASSERT_EQ(keys, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace fn::sim
