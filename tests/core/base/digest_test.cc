// SPDX-License-Identifier: Apache-2.0
//
// Goal: the digest sees every word, its place and its source, and the values of words never change.

#include "core/base/digest.h"

#include <array>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"

namespace fn::core {
namespace {

using History = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

std::uint64_t of(const History& words) {
  Digest digest;
  for (const auto& [first, second] : words) {
    digest.word(first, second);
  }
  return digest.value();
}

std::uint64_t of_event(std::int64_t at,
                       std::uint64_t head,
                       const std::array<std::uint64_t, 3>& body) {
  Digest digest;
  digest.event(Instant(Duration(at)), head, body);
  return digest.value();
}

TEST(Digest, SeesBothHalvesOfEveryWordAndTheirOrder) {
  const std::set<std::uint64_t> values{of({}),
                                       of({{0, 0}}),
                                       of({{0, 0}, {0, 0}}),
                                       of({{1, 0}}),
                                       of({{0, 1}}),
                                       of({{1, 1}}),
                                       of({{1, 2}, {3, 4}}),
                                       of({{3, 4}, {1, 2}}),
                                       of({{2, 1}, {3, 4}}),
                                       of({{1, 3}, {2, 4}})};
  EXPECT_EQ(values.size(), 10U);
}

TEST(Digest, EverySingleBitCounts) {
  std::set<std::uint64_t> values;
  for (int bit = 0; bit < 64; ++bit) {
    values.insert(of({{1ULL << bit, 0}, {7, 7}}));
    values.insert(of({{0, 1ULL << bit}, {7, 7}}));
  }
  EXPECT_EQ(values.size(), 128U);
}

TEST(Digest, ManyDifferentHistoriesNeverMeet) {
  std::set<std::uint64_t> values;
  for (std::uint64_t first = 0; first < 300; ++first) {
    for (std::uint64_t second = 0; second < 300; ++second) {
      values.insert(of({{first, second}}));
    }
  }
  EXPECT_EQ(values.size(), 300U * 300U);
}

TEST(Digest, AnEventCountsWithItsTimeHeadAndBody) {
  const std::set<std::uint64_t> values{of_event(5, 1, {1, 2, 3}),
                                       of_event(6, 1, {1, 2, 3}),
                                       of_event(5, 2, {1, 2, 3}),
                                       of_event(5, 1, {4, 2, 3}),
                                       of_event(5, 1, {1, 4, 3}),
                                       of_event(5, 1, {1, 2, 4})};
  EXPECT_EQ(values.size(), 6U);
  EXPECT_EQ(of_event(5, 1, {1, 2, 3}), of_event(5, 1, {1, 2, 3}));
}

TEST(Digest, TextCountsWithItsBytes) {
  const auto of_text = [](std::string_view text) {
    Digest digest;
    digest.text(text);
    return digest.value();
  };
  EXPECT_NE(of_text("group-a"), of_text("group-b"));
  EXPECT_NE(of_text(""), Digest().value());
  EXPECT_EQ(of_text("group-a"), of_text("group-a"));
}

TEST(Digest, TheValuesOfWordsNeverChange) {
  EXPECT_EQ(of({{1, 2}, {3, 4}}), 0xb49ddce771a6e2b3ULL);
}

}  // namespace
}  // namespace fn::core
