// SPDX-License-Identifier: Apache-2.0
//
// The buckets that histograms of durations count in. They are one microsecond wide below 64 us;
// above, each power of two is cut into 64 equal buckets. A bucket is told as its lower edge when it
// is of the first kind (less than 1 us below the value) and as its middle when it is of the second
// (at most 1/128, that is 0.79 %, away).
//
// Every duration from zero to kForever has a bucket, and a longer one never has an earlier bucket.

#pragma once

#include <bit>
#include <cstdint>

#include "core/base/time.h"

namespace fn::core {

struct DurationBuckets {
  static constexpr std::uint32_t kPageBits = 6;
  // Buckets of one power of two.
  static constexpr std::uint32_t kPageSize = 1U << kPageBits;
  // kForever is less than 2^54 us: a page for [0, 64) us and one for each power of two from 2^6.
  static constexpr std::uint32_t kPages = 49;
  static constexpr std::uint32_t kCount = kPages * kPageSize;

  // REQUIRES: value >= 0.
  static std::uint32_t of(Duration value) {
    const std::uint64_t microseconds = static_cast<std::uint64_t>(value.count()) / 1000;
    const auto page =
        static_cast<std::uint32_t>(std::bit_width(microseconds | (kPageSize - 1))) - kPageBits;
    const std::uint32_t shift = page - (page != 0 ? 1 : 0);
    return page * kPageSize + (static_cast<std::uint32_t>(microseconds >> shift) & (kPageSize - 1));
  }

  // The duration that stands for the bucket. REQUIRES: bucket < kCount.
  static Duration representative(std::uint32_t bucket);
};

}  // namespace fn::core
