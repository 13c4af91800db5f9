// SPDX-License-Identifier: Apache-2.0
//
// Fixed hashes whose values are part of results: the same on every machine and compiler.

#pragma once

#include <cstdint>
#include <string_view>

namespace fn::core {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit of `word` moves every bit out.
constexpr std::uint64_t mix64(std::uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
  return word ^ (word >> 31);
}

// Folds the 128-bit product of two words: one multiplication takes in 16 bytes.
constexpr std::uint64_t fold_product(std::uint64_t left, std::uint64_t right) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// SipHash-2-4 (Aumasson, Bernstein 2012) of `bytes` under the 128-bit key (k0, k1).
std::uint64_t siphash24(std::uint64_t k0, std::uint64_t k1, std::string_view bytes);

}  // namespace fn::core
