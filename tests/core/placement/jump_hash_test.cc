// SPDX-License-Identifier: Apache-2.0
//
// Goal: Fn's placement key, the published jump hash and Fn's defective one give the known values,
// and each spreads keys as published: evenly, or with the known skew.

#include "core/placement/jump_hash.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "core/base/rng.h"

namespace fn::core {
namespace {

constexpr std::array<std::uint32_t, 6> kSizes{1, 2, 3, 5, 10, 100};

struct Vector {
  std::string_view id;
  std::uint64_t key;
  std::array<std::uint32_t, 6> published;
  std::array<std::uint32_t, 6> compat;
};

constexpr std::array kVectors{
    Vector{"", 0x4dccf8f6e62ea9adULL, {0, 1, 2, 2, 6, 56}, {0, 0, 2, 2, 6, 21}},
    Vector{"/hello", 0xf6df78ffb09b6785ULL, {0, 0, 0, 0, 8, 75}, {0, 0, 0, 0, 9, 86}},
    Vector{"/r/test/hello", 0xe1aae99bde7ce74dULL, {0, 0, 2, 2, 2, 46}, {0, 0, 0, 3, 3, 42}},
    Vector{"hello", 0x5868f78376cd7df3ULL, {0, 1, 1, 1, 1, 21}, {0, 0, 2, 2, 2, 33}},
    Vector{"01C819MFKHA7WG200000000000",
           0xef7a5f2ee4814176ULL,
           {0, 0, 0, 3, 6, 75},
           {0, 0, 0, 4, 4, 22}},
};

using Hash = std::uint32_t (*)(std::uint64_t, std::uint32_t);

// Share of random keys, in per cent, per position.
std::vector<double> shares(Hash hash, std::uint32_t n) {
  constexpr int kKeys = 400'000;
  Rng rng(7);
  std::vector<int> hits(n);
  for (int count = 0; count < kKeys; ++count) {
    ++hits[hash(rng.next(), n)];
  }
  std::vector<double> result;
  result.reserve(hits.size());
  for (const int hit : hits) {
    result.push_back(100.0 * hit / kKeys);
  }
  return result;
}

void expect_shares(Hash hash, const std::vector<double>& expected) {
  const std::vector<double> found = shares(hash, static_cast<std::uint32_t>(expected.size()));
  for (std::size_t position = 0; position < expected.size(); ++position) {
    EXPECT_NEAR(found[position], expected[position], 0.3)
        << "position " << position << " of " << expected.size();
  }
}

TEST(JumpHash, GivesTheKnownKeysAndHomesOfFunctionIds) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(placement_key(vector.id), vector.key) << vector.id;
    for (std::size_t index = 0; index < kSizes.size(); ++index) {
      EXPECT_EQ(jump_hash(vector.key, kSizes[index]), vector.published[index])
          << vector.id << ", published, n = " << kSizes[index];
      EXPECT_EQ(fn_jump_hash(vector.key, kSizes[index]), vector.compat[index])
          << vector.id << ", Fn's, n = " << kSizes[index];
    }
  }
}

TEST(JumpHash, GivesTheKnownHomesOfPlainKeys) {
  EXPECT_EQ(jump_hash(1, 1), 0U);
  EXPECT_EQ(jump_hash(42, 57), 43U);
  EXPECT_EQ(jump_hash(0xDEAD10CC, 666), 361U);
  EXPECT_EQ(jump_hash(256, 1024), 520U);
  EXPECT_EQ(jump_hash(12345, 100), 29U);
  EXPECT_EQ(fn_jump_hash(42, 57), 56U);
  EXPECT_EQ(fn_jump_hash(0xDEAD10CC, 666), 654U);
  EXPECT_EQ(fn_jump_hash(256, 1024), 684U);
  EXPECT_EQ(fn_jump_hash(1, 10), 7U);
  EXPECT_EQ(fn_jump_hash(12345, 100), 45U);
}

TEST(JumpHash, HasNoHomeAmongNoRunners) {
  EXPECT_EQ(jump_hash(42, 0), kNoHome);
  EXPECT_EQ(fn_jump_hash(42, 0), kNoHome);
}

TEST(JumpHash, DoesNotDivideByZeroWhereFnsDoes) {
  // The key whose first step is zero: k * 2862933555777941757 + 1 = 0 modulo 2^64. The inverse of
  // the factor comes from Newton's iteration, which doubles the right bits each time.
  constexpr std::uint64_t kFactor = 2862933555777941757ULL;
  std::uint64_t inverse = kFactor;
  for (int round = 0; round < 6; ++round) {
    inverse *= 2 - kFactor * inverse;
  }
  const std::uint64_t key = ~std::uint64_t{0} * inverse;
  ASSERT_EQ(key * kFactor + 1, 0U);
  EXPECT_EQ(fn_jump_hash(key, 0x7fffffff), 0U);
  EXPECT_EQ(jump_hash(key, 0x7fffffff), 0U);
}

TEST(JumpHash, PublishedSharesAreEqual) {
  for (const double share : shares(jump_hash, 10)) {
    EXPECT_NEAR(share, 10.0, 0.25);
  }
}

TEST(JumpHash, PublishedMovesOnlyTheKeysOfTheNewRunner) {
  for (const std::uint32_t n : {10U, 100U}) {
    constexpr int kKeys = 200'000;
    Rng rng(11);
    int moved = 0;
    for (int count = 0; count < kKeys; ++count) {
      const std::uint64_t key = rng.next();
      const std::uint32_t before = jump_hash(key, n);
      const std::uint32_t after = jump_hash(key, n + 1);
      if (before != after) {
        ASSERT_EQ(after, n);
        ++moved;
      }
    }
    const double expected = 1.0 / (n + 1);
    EXPECT_NEAR(static_cast<double>(moved) / kKeys, expected, 0.05 * expected);
  }
}

TEST(JumpHash, FnsSharesHaveTheKnownSkew) {
  expect_shares(fn_jump_hash, {100.0, 0.0});
  expect_shares(fn_jump_hash, {50.1, 0.0, 49.9});
  expect_shares(fn_jump_hash, {33.3, 0.0, 49.9, 16.7});
  expect_shares(fn_jump_hash, {25.0, 0.0, 49.9, 16.7, 8.4});
  expect_shares(fn_jump_hash, {11.1, 0.0, 16.7, 8.4, 8.4, 5.0, 28.2, 2.4, 10.1, 9.8});
}

}  // namespace
}  // namespace fn::core
