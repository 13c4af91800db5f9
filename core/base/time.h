// SPDX-License-Identifier: Apache-2.0
//
// Time as data. The core never asks what time it is; its caller says so with every step.

#pragma once

#include <chrono>
#include <cstdint>

namespace fn::core {

// The time line of one run. It has no now() on purpose: reading a clock inside core/ does not
// compile. The simulator starts it at zero; a service maps its steady clock onto it.
struct RunClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<RunClock>;
  static constexpr bool is_steady = true;
};

using Instant = RunClock::time_point;
using Duration = RunClock::duration;

// Later than anything that happens: the deadline of a machine that waits for nothing.
inline constexpr Instant kNever = Instant::max();

// A delay that never ends.
inline constexpr Duration kForever = Duration::max();

// The sum, or kNever when either is endless: no delay overflows.
constexpr Instant later(Instant from, Duration delay) {
  return from == kNever || delay >= kNever - from ? kNever : from + delay;
}

// By value, so that nothing goes through memory as with std::min.
constexpr Instant earlier(Instant left, Instant right) {
  return right < left ? right : left;
}

constexpr std::int64_t to_ns(Instant at) {
  return at.time_since_epoch().count();
}

}  // namespace fn::core
