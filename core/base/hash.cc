// SPDX-License-Identifier: Apache-2.0

#include "core/base/hash.h"

#include <array>
#include <bit>
#include <cstddef>

namespace fn::core {

namespace {

struct SipState {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t index = bytes.size(); index > 0; --index) {
    word = (word << 8) | static_cast<unsigned char>(bytes[index - 1]);
  }
  return word;
}

}  // namespace

std::uint64_t siphash24(std::uint64_t k0, std::uint64_t k1, std::string_view bytes) {
  SipState state{k0 ^ 0x736f6d6570736575ULL,
                 k1 ^ 0x646f72616e646f6dULL,
                 k0 ^ 0x6c7967656e657261ULL,
                 k1 ^ 0x7465646279746573ULL};
  const std::uint64_t size = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    state.absorb(little_endian(bytes.substr(0, 8)));
  }
  state.absorb(little_endian(bytes) | (size << 56));
  state.v2 ^= 0xff;
  for (int count = 0; count < 4; ++count) {
    state.round();
  }
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace fn::core
