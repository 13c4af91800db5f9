// SPDX-License-Identifier: Apache-2.0
//
// One group's minute: a row of timeline.csv, and the samples from which the peaks of the whole run
// are taken. Levels are those at the minute's end, just before its last instant; counts are those
// of the minute, of all calls, warm-up or not.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/time.h"

namespace fn::sim {

inline constexpr core::Duration kMinute = std::chrono::minutes(1);
inline constexpr core::Duration kSamplePeriod = std::chrono::seconds(10);
inline constexpr std::size_t kSamplesPerMinute = 6;

// A group's runners by state, from the provision request to the removal.
struct RunnerCounts {
  std::uint32_t requested = 0;
  std::uint32_t booting = 0;
  std::uint32_t active = 0;
  std::uint32_t draining = 0;

  [[nodiscard]] std::int64_t all() const {
    return std::int64_t{requested} + booting + active + draining;
  }
};

// Levels just before a multiple of kSamplePeriod.
struct LevelSample {
  std::uint64_t runners = 0;
  std::uint64_t containers = 0;
};

struct MinuteRow {
  core::Instant end{};
  std::uint64_t demand_mib = 0;
  std::uint64_t capacity_mib = 0;
  RunnerCounts runners{};
  std::uint64_t arrived = 0;
  std::uint64_t waiting = 0;
  std::uint64_t cold = 0;                    // functions that started in a fresh container
  std::uint64_t refused = 0;                 // calls that ended refused
  std::optional<core::Duration> wait_p50{};  // of the functions that started
  std::optional<core::Duration> wait_p99{};
  std::array<LevelSample, kSamplesPerMinute> samples{};  // the last one is at `end`
};

}  // namespace fn::sim
