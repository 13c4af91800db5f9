// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/rate_profile.h"

#include <algorithm>
#include <cstddef>

#include "sim/trace/generate/fits.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr std::int64_t kMinutesPerHour = 60;

std::int64_t minutes(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::minutes>(duration).count();
}

// Minutes since the shape last began; negative: it has not yet.
std::int64_t since(const LoadShape& shape, std::int64_t minute) {
  const std::int64_t passed = minute - minutes(shape.at);
  const std::int64_t every = minutes(shape.every);
  return passed >= 0 && every > 0 ? passed % every : passed;
}

double crowd_factor(const LoadShape& shape, std::int64_t minute) {
  const std::int64_t passed = since(shape, minute);
  const std::int64_t left = minutes(shape.length) - passed;
  if (passed < 0 || left <= 0) {
    return 1;
  }
  const auto part = [](std::int64_t done, core::Duration whole) {
    const std::int64_t all = minutes(whole);
    return done >= all ? 1.0 : static_cast<double>(done) / static_cast<double>(all);
  };
  return 1 + (shape.crowd - 1) * std::min(part(passed + 1, shape.rise), part(left, shape.fall));
}

double herd_factor(const LoadShape& shape, std::int64_t minute) {
  const double share = shape.share_percent / 100;
  const bool comes = since(shape, minute) == 0;
  return 1 - share + (comes ? share * static_cast<double>(minutes(shape.every)) : 0);
}

// The load in GiB.
double saw_tooth_gib(const LoadShape& shape, std::int64_t minute) {
  const auto every = static_cast<double>(minutes(shape.every));
  const double part =
      (static_cast<double>(std::max<std::int64_t>(since(shape, minute), 0)) + 0.5) / every;
  constexpr double kMibPerGib = 1024;
  return (shape.runners + shape.swing_runners * (2 * part - 1)) *
         static_cast<double>(shape.runner_memory.value) / kMibPerGib;
}

bool is_silent(const LoadShape& shape, std::int64_t minute) {
  const std::int64_t passed = since(shape, minute);
  return passed >= 0 && passed < minutes(shape.length);
}

double daily_factor(const RateProfile& profile, std::int64_t minute) {
  const std::int64_t of_day = minute % kMinutesPerDay;
  const auto hour = static_cast<std::size_t>(of_day / kMinutesPerHour);
  const std::int64_t at = profile.by_the_hour
                              ? of_day / kMinutesPerHour * kMinutesPerHour + kMinutesPerHour / 2
                              : of_day;
  const double turns =
      0.25 + static_cast<double>(at) / static_cast<double>(kMinutesPerDay) - profile.peak_day;
  return (profile.hourly ? kHourlyProfile[hour] : 1.0) *
         (1 + profile.swing * sine_of_turns(turns)) * profile.scale;
}

bool is_weekend(const RateProfile& profile, std::int64_t minute) {
  const std::int64_t day = minute / kMinutesPerDay + static_cast<std::int64_t>(profile.first_day);
  return day % 7 >= static_cast<std::int64_t>(Weekday::kSaturday);
}

}  // namespace

void normalise(RateProfile& profile) {
  profile.scale = 1;
  double sum = 0;
  for (std::int64_t hour = 0; hour < 24; ++hour) {
    sum += daily_factor(profile, hour * kMinutesPerHour);
  }
  profile.scale = 24 / sum;
}

double factor(const RateProfile& profile, std::int64_t minute) {
  double result = daily_factor(profile, minute);
  for (const LoadShape& shape : profile.shapes) {
    if (shape.kind == ShapeKind::kSawTooth) {
      result = saw_tooth_gib(shape, minute) / profile.load_gib;
    }
  }
  result *= is_weekend(profile, minute) ? profile.weekend : 1;
  for (const LoadShape& shape : profile.shapes) {
    switch (shape.kind) {
      case ShapeKind::kFlashCrowd:
        result *= crowd_factor(shape, minute);
        break;
      case ShapeKind::kHerd:
        result *= herd_factor(shape, minute);
        break;
      case ShapeKind::kSilence:
        result = is_silent(shape, minute) ? 0 : result;
        break;
      case ShapeKind::kSawTooth:
        break;
    }
  }
  return result;
}

}  // namespace fn::sim
