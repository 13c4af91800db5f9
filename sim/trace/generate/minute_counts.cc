// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/minute_counts.h"

#include <algorithm>
#include <cmath>

#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr double kSmallMean = 12;
// What a count has room for.
constexpr double kMostPerMinute = 4e9;
constexpr std::int64_t kMinutesPerHour = 60;

// Streams of one key: minutes count upwards from 0, blocks from here.
constexpr std::uint64_t kBlocks = std::uint64_t{1} << 40;

double burst(const FunctionRate& rate, std::uint64_t block) {
  constexpr double kShape = 0.4176;
  return weibull_quantile(open_unit(draw_at(rate.key, kBlocks + block)), kShape, 1);
}

std::uint32_t timer_count(const FunctionRate& rate, const RateProfile& profile, std::int64_t at) {
  const auto minute = static_cast<std::uint64_t>(at);
  const bool fires = minute % rate.timer_minutes == rate.timer_phase && factor(profile, at) > 0;
  return fires ? rate.calls_per_firing : 0;
}

}  // namespace

std::uint32_t poisson_quantile(double mean, double unit) {
  if (mean < kSmallMean) {
    double each = natural_exp(-mean);
    double sum = each;
    std::uint32_t count = 0;
    constexpr std::uint32_t kNeverMore = 200;
    while (unit > sum && count < kNeverMore) {
      ++count;
      each *= mean / count;
      sum += each;
    }
    return count;
  }
  // Giles, "Algorithm 955: approximation of the inverse Poisson cumulative distribution function",
  // 2016: the expansion for large means.
  const double z = normal_quantile(unit);
  const double root = std::sqrt(mean);
  const double value = mean + root * z + 1.0 / 3 + z * z / 6 - (z / 36 + z * z * z / 72) / root;
  return static_cast<std::uint32_t>(std::clamp(value, 0.0, kMostPerMinute));
}

void set_bursts(FunctionRate& rate, std::int64_t minutes) {
  constexpr double kCallsPerBlock = 20;
  constexpr std::int64_t kFewestBlocks = 8;
  const std::int64_t eighth = minutes / kFewestBlocks;
  const double longest = std::max(1.0, static_cast<double>(eighth));
  const double wanted = kCallsPerBlock / std::max(rate.calls_per_minute, 1e-9);
  rate.block_minutes = static_cast<std::uint32_t>(std::clamp(wanted, 1.0, longest));
  double sum = 0;
  const std::int64_t length = rate.block_minutes;
  for (std::int64_t begin = 0; begin < minutes; begin += length) {
    sum += burst(rate, static_cast<std::uint64_t>(begin / length)) *
           static_cast<double>(std::min(length, minutes - begin));
  }
  rate.burst_scale = static_cast<double>(minutes) / sum;
}

MinuteCounts::MinuteCounts(const Population& population)
    : population_(population), pieces_(population.rates.size()) {}

std::uint32_t MinuteCounts::count(std::uint32_t function, std::int64_t minute) {
  const FunctionRate& rate = population_.rates[function];
  if (rate.pattern == CallPattern::kTimer) {
    return timer_count(rate, population_.profiles[rate.profile], minute);
  }
  Piece& piece = pieces_[function];
  if (minute < piece.begin || minute >= piece.end) {
    renew(piece, function, minute);
  }
  const std::uint64_t bits = draw_at(rate.key, static_cast<std::uint64_t>(minute));
  if (bits < piece.none_below) {
    return 0;
  }
  if (rate.pattern == CallPattern::kEven) {
    return static_cast<std::uint32_t>(piece.mean + open_unit(bits));
  }
  return poisson_quantile(piece.mean, open_unit(bits));
}

void MinuteCounts::renew(Piece& piece, std::uint32_t function, std::int64_t minute) {
  const FunctionRate& rate = population_.rates[function];
  const RateProfile& profile = population_.profiles[rate.profile];
  const std::int64_t step = profile.by_the_hour ? kMinutesPerHour : 1;
  piece.begin = minute / step * step;
  piece.end = piece.begin + step;
  double mean = rate.calls_per_minute * factor(profile, minute);
  if (rate.pattern == CallPattern::kBursty) {
    const std::int64_t length = rate.block_minutes;
    const std::int64_t block = minute / length;
    mean *= burst(rate, static_cast<std::uint64_t>(block)) * rate.burst_scale;
    piece.begin = std::max(piece.begin, block * length);
    piece.end = std::min(piece.end, (block + 1) * length);
  }
  piece.mean = std::min(mean, kMostPerMinute);
  // Below 2^64 also where the mean is 0.
  constexpr double kJustBelow = 1 - 0x1.0p-40;
  const bool small = rate.pattern != CallPattern::kEven && piece.mean < kSmallMean;
  piece.none_below =
      small ? static_cast<std::uint64_t>(natural_exp(-piece.mean) * kJustBelow * 0x1.0p64) : 0;
}

}  // namespace fn::sim
