// SPDX-License-Identifier: Apache-2.0
//
// The memory that running calls of one tenant hold, minute by minute: the sum and the highest
// minute. Of a call longer than kAhead minutes only the first so many count for the peak; counted
// calls begin evenly spread over their minute.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/io/trace_model.h"

namespace fn::sim {

class LoadMeter {
 public:
  static constexpr std::size_t kAhead = 64;

  // `calls` of this duration begin in the minute, spread over it. REQUIRES: minutes do not go back.
  void add(std::int64_t minute, double calls, double run_minutes, double memory_mib) {
    reach(minute);
    const double held = calls * memory_mib;
    total_ += held * run_minutes;
    // Begun evenly over the minute, half of the first minute's work lies in the next one.
    double left = run_minutes;
    for (std::size_t ahead = 0; ahead < kAhead - 1 && left > 0; ++ahead) {
      const double share = std::min(left, 1.0);
      at(minute, ahead) += held * share * (1 - share / 2);
      at(minute, ahead + 1) += held * share * (share / 2);
      left -= share;
    }
  }

  // One call, whose times are known. REQUIRES: as above, for the minute that it begins in.
  void add_call(std::int64_t start_ns, std::int64_t run_ns, double memory_mib) {
    constexpr auto kMinute = static_cast<double>(core::kTraceMinuteNs);
    const std::int64_t minute = start_ns / core::kTraceMinuteNs;
    reach(minute);
    total_ += memory_mib * static_cast<double>(run_ns) / kMinute;
    std::int64_t left = run_ns;
    std::int64_t room = (minute + 1) * core::kTraceMinuteNs - start_ns;
    for (std::size_t ahead = 0; ahead < kAhead && left > 0; ++ahead) {
      const std::int64_t here = std::min(left, room);
      at(minute, ahead) += memory_mib * static_cast<double>(here) / kMinute;
      left -= here;
      room = core::kTraceMinuteNs;
    }
  }

  // MiB-minutes of all calls.
  [[nodiscard]] double total() const { return total_; }

  // MiB in the busiest minute.
  [[nodiscard]] double peak() const {
    return std::max(peak_, *std::max_element(held_.begin(), held_.end()));
  }

 private:
  double& at(std::int64_t minute, std::size_t ahead) {
    return held_[(static_cast<std::size_t>(minute) + ahead) % kAhead];
  }

  void reach(std::int64_t minute) {
    for (std::size_t passed = 0; reached_ < minute && passed < kAhead; ++passed, ++reached_) {
      peak_ = std::max(peak_, at(reached_, 0));
      at(reached_, 0) = 0;
    }
    reached_ = std::max(reached_, minute);
  }

  std::array<double, kAhead> held_{};
  std::int64_t reached_ = 0;
  double total_ = 0;
  double peak_ = 0;
};

}  // namespace fn::sim
