// SPDX-License-Identifier: Apache-2.0
//
// DemandWindows: a demand's averages over the last seconds, as Knative's autoscaler takes them: one
// bucket per second, which holds the demand that stood last in it. An average covers the seconds
// since begin(), at most the whole window. Sums are whole numbers.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace fn::core {

class DemandWindows {
 public:
  struct Demand {
    std::int64_t memory_mib = 0;
    std::int64_t cpu_milli = 0;
  };

  // A sum over `seconds` buckets.
  struct Sum {
    Demand demand;
    std::int64_t seconds = 1;
  };

  // REQUIRES: `longest` is above zero.
  explicit DemandWindows(std::uint32_t longest) : buckets_(longest) {}

  // Forgets everything: the first bucket is that of `now`.
  void begin(Instant now);

  // `demand` stands from `now` on. REQUIRES: begin() was called; `now` never goes back.
  void record(Instant now, const Demand& demand);

  // Over the last `seconds` (1 to the longest), the bucket of the last record included.
  [[nodiscard]] Sum sum(std::uint32_t seconds) const;

  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  [[nodiscard]] std::size_t slot(std::int64_t second) const {
    return static_cast<std::size_t>(second) % buckets_.size();
  }

  std::vector<Demand> buckets_;
  std::int64_t first_second_ = 0;
  std::int64_t last_second_ = 0;
};

}  // namespace fn::core
