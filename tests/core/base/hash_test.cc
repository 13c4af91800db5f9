// SPDX-License-Identifier: Apache-2.0
//
// Goal: the fixed hashes give the published values, so that placements and streams never change.

#include "core/base/hash.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

// The authors' key: the bytes 0, 1, ..., 15.
constexpr std::uint64_t kKey0 = 0x0706050403020100ULL;
constexpr std::uint64_t kKey1 = 0x0f0e0d0c0b0a0908ULL;

// The bytes 0, 1, ..., size - 1.
std::string counting(std::size_t size) {
  std::string bytes;
  for (std::size_t index = 0; index < size; ++index) {
    bytes.push_back(static_cast<char>(index));
  }
  return bytes;
}

TEST(SipHash, GivesThePublishedValues) {
  const std::pair<std::size_t, std::uint64_t> vectors[] = {
      {0, 0x726fdb47dd0e0e31ULL},
      {1, 0x74f839c593dc67fdULL},
      {2, 0x0d6c8009d9a94f5aULL},
      {3, 0x85676696d7fb7e2dULL},
      {7, 0xab0200f58b01d137ULL},
      {8, 0x93f5f5799a932462ULL},
      {15, 0xa129ca6149be45e5ULL},
      {63, 0x958a324ceb064572ULL},
  };
  for (const auto& [size, expected] : vectors) {
    EXPECT_EQ(siphash24(kKey0, kKey1, counting(size)), expected) << size << " bytes";
  }
}

TEST(SipHash, TakesInEveryByteAndBothKeyWords) {
  const std::string text = counting(21);
  const std::uint64_t plain = siphash24(1, 2, text);
  for (std::size_t index = 0; index < text.size(); ++index) {
    std::string changed = text;
    changed[index] = static_cast<char>(changed[index] ^ char{-128});
    EXPECT_NE(siphash24(1, 2, changed), plain) << "byte " << index;
  }
  EXPECT_NE(siphash24(3, 2, text), plain);
  EXPECT_NE(siphash24(1, 3, text), plain);
}

TEST(SipHash, TellsTrailingZeroBytesApart) {
  std::set<std::uint64_t> values;
  for (std::size_t size = 0; size < 40; ++size) {
    values.insert(siphash24(0, 0, std::string(size, '\0')));
  }
  EXPECT_EQ(values.size(), 40U);
}

TEST(Mix64, GivesTheValuesOfSplitMix64) {
  // The published generator seeded with 1234567, whose state grows by a constant.
  std::uint64_t state = 1234567;
  for (const std::uint64_t expected : {6457827717110365317ULL,
                                       3203168211198807973ULL,
                                       9817491932198370423ULL,
                                       4593380528125082431ULL,
                                       16408922859458223821ULL}) {
    state += 0x9e3779b97f4a7c15ULL;
    EXPECT_EQ(mix64(state), expected);
  }
}

TEST(FoldProduct, JoinsTheHalvesOfTheWideProduct) {
  EXPECT_EQ(fold_product(3, 5), 15U);
  EXPECT_EQ(fold_product(1ULL << 63, 2), 1U);
  // (2^64 - 1)^2 = (2^64 - 2) 2^64 + 1
  EXPECT_EQ(fold_product(~0ULL, ~0ULL), ~0ULL);
}

}  // namespace
}  // namespace fn::core
