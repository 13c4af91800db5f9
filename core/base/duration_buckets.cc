// SPDX-License-Identifier: Apache-2.0

#include "core/base/duration_buckets.h"

#include <algorithm>
#include <limits>

#include "core/base/wide.h"

namespace fn::core {

Duration DurationBuckets::representative(std::uint32_t bucket) {
  const std::uint32_t page = bucket / kPageSize;
  if (page == 0) {
    return std::chrono::microseconds(bucket);
  }
  // The bucket is [low, low + width) microseconds; its middle is a whole number of half ones. The
  // last page ends beyond kForever, so the product is kept wide.
  const std::uint64_t width = std::uint64_t{1} << (page - 1);
  const std::uint64_t low = (std::uint64_t{kPageSize} + bucket % kPageSize) * width;
  const WideInt middle = (static_cast<WideInt>(low) * 2 + static_cast<WideInt>(width)) * 500;
  return Duration(static_cast<Duration::rep>(
      std::min<WideInt>(middle, std::numeric_limits<Duration::rep>::max())));
}

}  // namespace fn::core
