// SPDX-License-Identifier: Apache-2.0
//
// Histogram of durations with integer counts: adding is a few nanoseconds, merging is exact, and
// equal values in any order give equal answers on every machine.
//
// percentile() answers as the value's bucket tells it (duration_buckets.h): less than 1 us below
// the value under 64 us, at most 1/128, that is 0.79 %, away from it above, and never outside the
// smallest and largest value that were added. The mean is exact.
//
// Memory: half a KiB, and half a KiB more for each power of two that was ever touched, at most 25
// KiB; clear() keeps it and costs the touched pages only. Where there are very many histograms,
// compact_histogram.h answers the same from less.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/duration_buckets.h"
#include "core/base/time.h"
#include "core/base/wide.h"

namespace fn::core {

class Histogram {
 public:
  // REQUIRES: value >= 0.
  void add(Duration value) {
    FN_ASSERT(value.count() >= 0);
    ++counter(DurationBuckets::of(value));
    ++count_;
    // Unsigned, so that no sign has to be spread over the wide sum.
    sum_ += static_cast<std::uint64_t>(value.count());
    if (value < min_) [[unlikely]] {
      min_ = value;
    }
    if (value > max_) [[unlikely]] {
      max_ = value;
    }
  }

  // As if all that `other` was told had been told to this one.
  void merge(const Histogram& other);

  // Forgets every value.
  void clear();

  [[nodiscard]] std::uint64_t count() const { return count_; }

  // In nanoseconds, exact.
  [[nodiscard]] WideInt sum() const { return sum_; }

  // The exact mean, rounded down to a whole nanosecond; nothing of nothing.
  [[nodiscard]] std::optional<Duration> mean() const;

  // The value below or at which `per_mille` thousandths of all values lie (nearest rank: the
  // smallest value with at least that share at or below it), as its bucket tells it; nothing of
  // nothing. REQUIRES: per_mille <= 1000.
  [[nodiscard]] std::optional<Duration> percentile(std::uint32_t per_mille) const;

  // Bytes that it takes, itself included.
  [[nodiscard]] std::size_t memory() const {
    const auto missing = std::count(pages_.begin(), pages_.end(), nullptr);
    return sizeof(*this) + (pages_.size() - static_cast<std::size_t>(missing)) * sizeof(Page);
  }

  void save(Writer& out) const;
  static Result<Histogram> load(Reader& in);

 private:
  static constexpr std::uint32_t kPageSize = DurationBuckets::kPageSize;

  using Page = std::array<std::uint64_t, kPageSize>;

  std::uint64_t& counter(std::uint32_t bucket) {
    touched_ |= std::uint64_t{1} << (bucket / kPageSize);
    std::unique_ptr<Page>& page = pages_[bucket / kPageSize];
    if (page == nullptr) [[unlikely]] {
      make(page);
    }
    return (*page)[bucket % kPageSize];
  }

  // Rare: out of the way of the code that adds.
  [[gnu::cold]] static void make(std::unique_ptr<Page>& page) { page = std::make_unique<Page>(); }

  // Calls visit(bucket, times) for every bucket that holds something, in ascending order.
  template <typename Visit>
  void each_bucket(Visit visit) const {
    for (std::uint64_t pages = touched_; pages != 0; pages &= pages - 1) {
      const auto page = static_cast<std::uint32_t>(std::countr_zero(pages));
      for (std::uint32_t index = 0; index < kPageSize; ++index) {
        if (const std::uint64_t times = (*pages_[page])[index]; times > 0) {
          visit(page * kPageSize + index, times);
        }
      }
    }
  }

  [[nodiscard]] std::uint32_t bucket_of_rank(std::uint64_t rank) const;
  [[nodiscard]] bool bounds_hold() const;

  std::uint64_t count_ = 0;
  WideInt sum_ = 0;
  Duration min_ = kForever;
  Duration max_{};
  std::uint64_t touched_ = 0;  // a bit for each page that holds something
  std::array<std::unique_ptr<Page>, DurationBuckets::kPages> pages_;
};

}  // namespace fn::core
