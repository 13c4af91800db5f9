// SPDX-License-Identifier: Apache-2.0

#include "sim/report/total_peaks.h"

#include <algorithm>

namespace fn::sim {
namespace {

void raise(Peaks& peaks, const LevelSample& sample) {
  peaks.containers = std::max(peaks.containers.value_or(0), sample.containers);
  peaks.runners = std::max(peaks.runners.value_or(0), sample.runners);
}

}  // namespace

void TotalPeaks::add(const MinuteRow& row) {
  for (std::size_t index = 0; index < kSamplesPerMinute; ++index) {
    minute_[index].runners += row.samples[index].runners;
    minute_[index].containers += row.samples[index].containers;
  }
}

void TotalPeaks::end_minute(core::Instant minute_end, core::Instant last_arrival) {
  const core::Instant start = minute_end - kMinute;
  if (last_arrival >= start && later_.runners.has_value()) {
    raise(peaks_, LevelSample{.runners = *later_.runners, .containers = *later_.containers});
    later_ = Peaks{};
  }
  for (std::size_t index = 0; index < kSamplesPerMinute; ++index) {
    const core::Instant at = start + kSamplePeriod * static_cast<std::int64_t>(index + 1);
    if (at > counts_from_) {
      raise(at <= last_arrival ? peaks_ : later_, minute_[index]);
    }
  }
  minute_.fill(LevelSample{});
}

}  // namespace fn::sim
