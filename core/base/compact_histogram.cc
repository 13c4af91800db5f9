// SPDX-License-Identifier: Apache-2.0

#include "core/base/compact_histogram.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/wide.h"

namespace fn::core {

void CompactHistogram::add(Duration value) {
  FN_ASSERT(value.count() >= 0);
  add(DurationBuckets::of(value), 1);
  ++count_;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void CompactHistogram::merge(const CompactHistogram& other) {
  for (const std::uint64_t cell : other.cells_) {
    add(cell >> kCountBits, cell & kCountMask);
  }
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void CompactHistogram::add(std::uint64_t bucket, std::uint64_t times) {
  const auto place = std::lower_bound(cells_.begin(), cells_.end(), bucket << kCountBits);
  if (place != cells_.end() && *place >> kCountBits == bucket) {
    *place += times;
  } else {
    cells_.insert(place, bucket << kCountBits | times);
  }
}

std::optional<Duration> CompactHistogram::percentile(std::uint32_t per_mille) const {
  FN_ASSERT(per_mille <= 1000);
  if (count_ == 0) {
    return std::nullopt;
  }
  const WideInt share = static_cast<WideInt>(count_) * per_mille;
  const std::uint64_t rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>((share + 999) / 1000));
  std::uint64_t reached = 0;
  auto cell = cells_.begin();
  while ((reached += *cell & kCountMask) < rank) {
    ++cell;
  }
  const auto bucket = static_cast<std::uint32_t>(*cell >> kCountBits);
  return std::clamp(DurationBuckets::representative(bucket), min_, max_);
}

}  // namespace fn::core
