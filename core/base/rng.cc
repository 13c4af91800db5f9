// SPDX-License-Identifier: Apache-2.0

#include "core/base/rng.h"

#include <bit>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/hash.h"

namespace fn::core {

Rng::Rng(std::uint64_t seed) : seed_(seed) {
  std::uint64_t counter = seed;
  for (std::uint64_t& word : state_) {
    counter += 0x9e3779b97f4a7c15ULL;
    word = mix64(counter);
  }
}

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t carried = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= carried;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t bound) {
  FN_ASSERT(bound > 0);
  // Reject the short tail so that every value is equally likely.
  const std::uint64_t threshold = (0 - bound) % bound;
  std::uint64_t draw = next();
  while (draw < threshold) {
    draw = next();
  }
  return draw % bound;
}

Rng Rng::fork(std::string_view stream) const {
  // The seed keys the hash of the name, so two seeds share no pair of streams by construction.
  return Rng(siphash24(mix64(seed_), ~seed_, stream));
}

void Rng::save(Writer& out) const {
  out.pod(seed_);
  out.pod(state_);
}

void Rng::load(Reader& in) {
  in.pod(seed_);
  in.pod(state_);
  if (state_ == std::array<std::uint64_t, 4>{}) {
    // No generator gets there, and none would leave it.
    *this = Rng(seed_);
  }
}

}  // namespace fn::core
