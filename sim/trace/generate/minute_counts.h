// SPDX-License-Identifier: Apache-2.0
//
// Draws how often a function is called in a minute. A count depends on the seed, the function and
// the minute only, so it can be asked for twice and in any order; ascending minutes are fast.

#pragma once

#include <cstdint>
#include <vector>

#include "sim/trace/generate/population.h"

namespace fn::sim {

// A draw from a Poisson distribution: by inversion up to a mean of 12, above it from an expansion
// around the normal distribution. REQUIRES: mean >= 0, unit in (0, 1).
std::uint32_t poisson_quantile(double mean, double unit);

// A bursty function's stretches of even rate, for a trace of so many minutes.
void set_bursts(FunctionRate& rate, std::int64_t minutes);

class MinuteCounts {
 public:
  // REQUIRES: the population outlives this.
  explicit MinuteCounts(const Population& population);

  std::uint32_t count(std::uint32_t function, std::int64_t minute);

 private:
  // What is the same for some minutes.
  struct Piece {
    std::int64_t begin = 0;
    std::int64_t end = 0;  // before the first use: the same
    double mean = 0;
    std::uint64_t none_below = 0;  // draws below this are no call
  };

  void renew(Piece& piece, std::uint32_t function, std::int64_t minute);

  const Population& population_;
  std::vector<Piece> pieces_;
};

}  // namespace fn::sim
