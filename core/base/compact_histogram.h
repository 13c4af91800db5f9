// SPDX-License-Identifier: Apache-2.0
//
// Histogram of durations for things of which there are very many, such as functions: it answers
// exactly what core::Histogram answers, from the same buckets, in much less memory and with a
// slower add() (a binary search among the buckets that hold something).
//
// percentile() is at most 0.79 % away, or less than 1 us below 64 us, and never outside the
// smallest and largest value that were added (duration_buckets.h). Merging is exact: whatever the
// order, it equals adding all values to one.
//
// Memory: 48 bytes, and 8 more for each bucket that holds something, twice that while it grows: 64
// buckets for each power of two that the values spread over, so 1 KiB for one power of two and at
// most 32 KiB for all values there are. No memory is taken for a value whose bucket holds one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/duration_buckets.h"
#include "core/base/time.h"

namespace fn::core {

class CompactHistogram {
 public:
  // REQUIRES: value >= 0, and fewer than 2^52 values.
  void add(Duration value);

  // As if all that `other` was told had been told to this one.
  void merge(const CompactHistogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }

  // The value below or at which `per_mille` thousandths of all values lie (nearest rank), as its
  // bucket tells it; nothing of nothing. REQUIRES: per_mille <= 1000.
  [[nodiscard]] std::optional<Duration> percentile(std::uint32_t per_mille) const;

  // Bytes that it takes, itself included.
  [[nodiscard]] std::size_t memory() const {
    return sizeof(*this) + cells_.capacity() * sizeof(cells_.front());
  }

 private:
  // A bucket and how many values it holds, in one word: cells ascend by bucket, each bucket once.
  static constexpr unsigned kCountBits = 52;
  static constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kCountBits) - 1;
  static_assert(DurationBuckets::kCount <= (1U << (64U - kCountBits)));

  void add(std::uint64_t bucket, std::uint64_t times);

  std::vector<std::uint64_t> cells_;
  std::uint64_t count_ = 0;
  Duration min_ = kForever;
  Duration max_{};
};

}  // namespace fn::core
