// SPDX-License-Identifier: Apache-2.0
//
// Goal: what a Writer wrote, a Reader reads back; input that is short, long or lies about its
// lengths is noticed, reads as zeros and never runs past its end.

#include "core/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

struct Pair {
  std::uint32_t left = 0;
  std::uint32_t right = 0;

  friend bool operator==(const Pair&, const Pair&) = default;
};

TEST(Bytes, ReadsBackNumbers) {
  Writer out;
  out.pod(std::int64_t{-3});
  out.real(-0.5);
  out.real(std::numeric_limits<double>::infinity());
  out.pod(std::uint8_t{7});

  Reader in(out.bytes());
  std::uint8_t small = 0;
  std::int64_t negative = 0;
  double real = 0;
  double endless = 0;
  in.pod(negative);
  in.real(real);
  in.real(endless);
  in.pod(small);
  EXPECT_EQ(small, 7);
  EXPECT_EQ(negative, -3);
  EXPECT_EQ(real, -0.5);
  EXPECT_EQ(endless, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(in.finish().has_value());
}

TEST(Bytes, ReadsBackLists) {
  for (std::uint32_t size = 0; size < 5; ++size) {
    std::vector<Pair> written;
    for (std::uint32_t index = 0; index < size; ++index) {
      written.push_back(Pair{index, ~index});
    }
    Writer out;
    out.list(written);
    out.list(written);
    Reader in(out.bytes());
    std::vector<Pair> first{{9, 9}};
    std::vector<Pair> second;
    in.list(first);
    in.list(second);
    EXPECT_EQ(first, written);
    EXPECT_EQ(second, written);
    EXPECT_TRUE(in.finish().has_value());
  }
}

TEST(Bytes, IsLittleEndian) {
  Writer out;
  out.pod(std::uint32_t{0x01020304});
  ASSERT_EQ(out.bytes().size(), 4U);
  EXPECT_EQ(out.bytes()[0], std::byte{4});
  EXPECT_EQ(out.bytes()[3], std::byte{1});
}

TEST(Bytes, AShortReadGivesZeroNowAndEverAfter) {
  Writer out;
  out.pod(std::uint32_t{0xffffffff});
  out.pod(std::uint16_t{0xffff});
  Reader in(out.bytes());
  std::uint32_t first = 0;
  std::uint32_t cut = 5;
  std::uint16_t later = 5;
  double real = 5;
  in.pod(first);
  EXPECT_FALSE(in.failed());
  in.pod(cut);
  EXPECT_TRUE(in.failed());
  // Two bytes are left, but what follows a gap cannot be trusted.
  in.pod(later);
  in.real(real);
  EXPECT_EQ(first, 0xffffffffU);
  EXPECT_EQ(cut, 0U);
  EXPECT_EQ(later, 0U);
  EXPECT_EQ(real, 0.0);
  EXPECT_FALSE(in.finish().has_value());
}

TEST(Bytes, AListThatClaimsMoreThanThereIsReadsAsEmpty) {
  for (const std::uint64_t claimed : {std::uint64_t{3},
                                      std::uint64_t{1} << 40,
                                      (std::uint64_t{1} << 61) + 1,
                                      std::numeric_limits<std::uint64_t>::max()}) {
    Writer out;
    out.pod(claimed);
    out.pod(Pair{1, 2});
    out.pod(Pair{3, 4});
    Reader in(out.bytes());
    std::vector<Pair> pairs{{9, 9}};
    in.list(pairs);
    EXPECT_TRUE(pairs.empty()) << claimed;
    EXPECT_TRUE(in.failed()) << claimed;
  }
}

TEST(Bytes, AListWithoutItsLengthReadsAsEmpty) {
  Writer out;
  out.pod(std::uint32_t{1});
  Reader in(out.bytes());
  std::vector<Pair> pairs{{9, 9}};
  in.list(pairs);
  EXPECT_TRUE(pairs.empty());
  EXPECT_TRUE(in.failed());
}

TEST(Bytes, BytesLeftOverAreAnError) {
  Writer out;
  out.pod(std::uint32_t{1});
  Reader in(out.bytes());
  std::uint16_t half = 0;
  in.pod(half);
  EXPECT_FALSE(in.failed());
  EXPECT_FALSE(in.finish().has_value());
}

TEST(Bytes, NoInputIsFineWhenNothingIsRead) {
  Reader in({});
  EXPECT_TRUE(in.finish().has_value());
}

}  // namespace
}  // namespace fn::core
