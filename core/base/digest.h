// SPDX-License-Identifier: Apache-2.0
//
// A running fingerprint of everything that was delivered and emitted, in order. Two runs with equal
// digests took the same decisions at the same times. It takes in words of 16 bytes, one
// multiplication each; it is not made to resist an adversary.

#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/hash.h"
#include "core/base/record.h"
#include "core/base/time.h"

namespace fn::core {

class Digest {
 public:
  void word(std::uint64_t first, std::uint64_t second) {
    value_ = fold_product(value_ ^ first ^ 0x9e3779b97f4a7c15ULL, second ^ 0xd1b54a32d192ed03ULL) +
             first;
  }

  // One delivered event or emitted action of at most 24 bytes: when, whose and what (`head`: its
  // kind and the node it concerns), and its body, brought down to 16 bytes off the chain.
  void event(Instant at, std::uint64_t head, const Words& body) {
    const std::uint64_t first =
        static_cast<std::uint64_t>(to_ns(at)) + head * 0xff51afd7ed558ccdULL;
    word(first + body[2] * 0xa0761d6478bd642fULL,
         body[0] * 0xe7037ed1a0b428dbULL + body[1] * 0x8ebc6af09c88c6e3ULL);
  }

  void text(std::string_view bytes) { word(siphash24(0, 0, bytes), bytes.size()); }

  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace fn::core
