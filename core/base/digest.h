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

  // `stream` tells whose record it is, so that equal kinds of two roles differ.
  template <typename Kind>
  void record(Instant at, std::uint64_t stream, const Record<Kind>& record) {
    const auto kind = static_cast<std::uint64_t>(record.kind());
    word(static_cast<std::uint64_t>(to_ns(at)) ^ (kind << 56) ^ (stream << 40), record.words()[0]);
    word(record.words()[1], record.words()[2]);
  }

  void text(std::string_view bytes) { word(siphash24(0, 0, bytes), bytes.size()); }

  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace fn::core
