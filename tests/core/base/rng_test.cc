// SPDX-License-Identifier: Apache-2.0
//
// Goal: the generator is xoshiro256** with published outputs, its draws are uniform, and its named
// streams are independent of each other and of what has been drawn.

#include "core/base/rng.h"

#include <array>
#include <cstdint>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "core/base/bytes.h"

namespace fn::core {
namespace {

// A generator with the given state, through the form in which states are saved.
Rng with_state(const std::array<std::uint64_t, 4>& state) {
  Writer saved;
  saved.pod(std::uint64_t{0});
  saved.pod(state);
  Reader reader(saved.bytes());
  Rng rng(0);
  rng.load(reader);
  return rng;
}

TEST(Rng, GivesThePublishedOutputsOfXoshiro256StarStar) {
  Rng rng = with_state({1, 2, 3, 4});
  for (const std::uint64_t expected : {11520ULL,
                                       0ULL,
                                       1509978240ULL,
                                       1215971899390074240ULL,
                                       1216172134540287360ULL,
                                       607988272756665600ULL,
                                       16172922978634559625ULL,
                                       8476171486693032832ULL,
                                       10595114339597558777ULL,
                                       2904607092377533576ULL}) {
    EXPECT_EQ(rng.next(), expected);
  }
}

TEST(Rng, SeedsItsStateFromSplitMix64) {
  Rng seeded(1234567);
  Rng expected = with_state({6457827717110365317ULL,
                             3203168211198807973ULL,
                             9817491932198370423ULL,
                             4593380528125082431ULL});
  for (int count = 0; count < 10; ++count) {
    EXPECT_EQ(seeded.next(), expected.next());
  }
}

TEST(Rng, BelowIsUniform) {
  // Chi square with 9 and 2 degrees of freedom at 0.1 per cent.
  Rng rng(5);
  const auto chi_square = [&](std::uint64_t bound) {
    constexpr int kDraws = 100'000;
    std::array<int, 10> hits{};
    for (int count = 0; count < kDraws; ++count) {
      const std::uint64_t value = rng.below(bound);
      EXPECT_LT(value, bound);
      ++hits[value];
    }
    const double expected = static_cast<double>(kDraws) / static_cast<double>(bound);
    double sum = 0;
    for (std::uint64_t value = 0; value < bound; ++value) {
      sum += (hits[value] - expected) * (hits[value] - expected) / expected;
    }
    return sum;
  };
  EXPECT_LT(chi_square(10), 27.9);
  EXPECT_LT(chi_square(3), 13.8);
}

TEST(Rng, BelowFavoursNoValueOfALargeBound) {
  // Of 2^64 values, 2^63 + 2^62 leave a tail that a plain remainder would give to the first third.
  constexpr std::uint64_t kBound = (1ULL << 63) + (1ULL << 62);
  Rng rng(8);
  int low = 0;
  constexpr int kDraws = 30'000;
  for (int count = 0; count < kDraws; ++count) {
    low += rng.below(kBound) < kBound / 3 ? 1 : 0;
  }
  EXPECT_NEAR(low, kDraws / 3.0, 400);
}

TEST(Rng, BelowOneIsZero) {
  Rng rng(1);
  for (int count = 0; count < 10; ++count) {
    EXPECT_EQ(rng.below(1), 0U);
  }
}

TEST(Rng, UnitIsUniformBelowOne) {
  Rng rng(6);
  constexpr int kDraws = 100'000;
  double sum = 0;
  double squares = 0;
  for (int count = 0; count < kDraws; ++count) {
    const double value = rng.unit();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.004);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.004);
}

TEST(Rng, ForksGiveTheSameStreamWhateverHasBeenDrawn) {
  Rng rng(77);
  Rng before = rng.fork("lb-1/placement");
  for (int count = 0; count < 5; ++count) {
    rng.next();
  }
  Rng after = rng.fork("lb-1/placement");
  for (int count = 0; count < 10; ++count) {
    EXPECT_EQ(before.next(), after.next());
  }
}

TEST(Rng, ForksOfManySeedsAndNamesNeverMeet) {
  std::set<std::uint64_t> firsts;
  constexpr std::uint64_t kSeeds = 256;
  constexpr int kNames = 100;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    // Neighbouring seeds and seeds that differ in their high bits only.
    for (const std::uint64_t start : {seed, (seed << 56) | (std::uint64_t{1} << 40)}) {
      const Rng rng(start);
      for (int name = 0; name < kNames; ++name) {
        firsts.insert(rng.fork("runner-" + std::to_string(name)).next());
      }
    }
  }
  EXPECT_EQ(firsts.size(), 2 * kSeeds * kNames);
}

TEST(Rng, AForkOfAForkDependsOnBothNamesAndTheirOrder) {
  const Rng rng(1);
  std::set<std::uint64_t> firsts{rng.fork("a").next(),
                                 rng.fork("b").next(),
                                 rng.fork("a").fork("b").next(),
                                 rng.fork("b").fork("a").next(),
                                 rng.fork("ab").next(),
                                 rng.fork("").next(),
                                 Rng(1).next()};
  EXPECT_EQ(firsts.size(), 7U);
}

TEST(Rng, ForkedStreamsNeverChange) {
  EXPECT_EQ(Rng(1).fork("lb-1/placement").next(), 0x19fa8d1b6de4c954ULL);
}

TEST(Rng, ASavedGeneratorGoesOnAndForksAsTheOriginal) {
  Rng original(31);
  original.next();
  Writer saved;
  original.save(saved);
  Rng loaded(0);
  Reader reader(saved.bytes());
  loaded.load(reader);
  ASSERT_TRUE(reader.finish().has_value());
  EXPECT_EQ(loaded.fork("x").next(), original.fork("x").next());
  for (int count = 0; count < 10; ++count) {
    EXPECT_EQ(loaded.next(), original.next());
  }
}

}  // namespace
}  // namespace fn::core
