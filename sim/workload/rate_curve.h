// SPDX-License-Identifier: Apache-2.0
//
// Arrival times of a process whose rate changes over time. The rate is constant in pieces (a sine
// has 1024 to a period), so that the expected number of calls can be inverted exactly: calls lie
// where it has grown by one (even arrivals) or by an exponential draw (a Poisson process).

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/rng.h"
#include "core/base/time.h"
#include "sim/workload/synthetic_config.h"

namespace fn::sim {

class ArrivalClock {
 public:
  // REQUIRES: a shape that check_arrivals() has passed.
  ArrivalClock(const ArrivalShape& shape, core::Rng rng);

  // The time of the next call, or kNever. Never earlier than the one before.
  core::Instant next();

 private:
  struct Piece {
    core::Duration length{};  // kForever: the last
    double rate_per_s = 0;
    double calls = 0;  // expected in the whole piece
  };

  void add(core::Duration length, double rate_per_s);
  void build(const ArrivalShape& shape);
  void add_sine(const ArrivalShape& shape);
  bool skip_cycles();

  core::Rng rng_;
  bool random_;
  std::vector<Piece> pieces_;
  std::size_t cycle_begin_ = 0;  // after the last piece comes this one
  core::Duration cycle_length_{};
  double cycle_calls_ = 0;
  std::size_t piece_ = 0;
  std::int64_t piece_begin_ns_;
  double grown_ = 0;  // expected calls since the piece began
  bool started_ = false;
};

// The highest rate that a shape reaches.
double peak_rate(const ArrivalShape& shape);

}  // namespace fn::sim
