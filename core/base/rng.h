// SPDX-License-Identifier: Apache-2.0
//
// The only source of randomness in core/ and sim/: xoshiro256** (Blackman, Vigna 2018), seeded
// explicitly, with our own draws, because the standard distributions differ between standard
// libraries. Streams are forked by name, so that one more draw in one node shifts no other node.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fn::core {

class Writer;
class Reader;

class Rng {
 public:
  explicit Rng(std::uint64_t seed);

  std::uint64_t next();

  // Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // Uniform in [0, 1): 53 bits, exact in IEEE double.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // An independent stream named `stream`. It depends on this generator's seed and the name, not
  // on what has been drawn.
  [[nodiscard]] Rng fork(std::string_view stream) const;

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace fn::core
