// SPDX-License-Identifier: Apache-2.0
//
// The highest number of runners and of containers of all groups together: maxima over the samples
// that every group takes each 10 s, as far as they lie in (warm-up, last arrival]. Nothing when no
// sample lies there. Groups may come in any order.

#pragma once

#include <array>
#include <cstdint>

#include "core/base/time.h"
#include "sim/report/minute_row.h"
#include "sim/report/tally.h"

namespace fn::sim {

class TotalPeaks {
 public:
  explicit TotalPeaks(core::Duration warmup) : counts_from_(core::Instant{} + warmup) {}

  // One group's row of the minute under way.
  void add(const MinuteRow& row);

  // All groups have told their row of the minute that ends at `minute_end`; the last arrival of the
  // run is, as far as known, at `last_arrival`.
  // REQUIRES: an arrival that is not known yet lies at or after `minute_end`.
  void end_minute(core::Instant minute_end, core::Instant last_arrival);

  [[nodiscard]] const Peaks& peaks() const { return peaks_; }

 private:
  core::Instant counts_from_;
  std::array<LevelSample, kSamplesPerMinute> minute_{};
  Peaks peaks_;
  // Of samples later than the last arrival known: they count as soon as there is a later one.
  Peaks later_;
};

}  // namespace fn::sim
