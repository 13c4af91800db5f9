// SPDX-License-Identifier: Apache-2.0
//
// The factor by which a tenant's rate departs from its mean, minute by minute: time of the day, day
// of the week, and shapes such as a flash crowd.

#pragma once

#include <cstdint>
#include <vector>

#include "sim/trace/generate/generator_config.h"

namespace fn::sim {

inline constexpr std::int64_t kMinutesPerDay = 1440;

struct RateProfile {
  bool hourly = false;  // kHourlyProfile
  double swing = 0;     // times 1 + swing at the peak, 1 - swing half a day later
  double peak_day = 0;  // where in the day, 0 .. 1
  double scale = 1;     // brings the day's mean to 1
  double weekend = 1;   // on Saturdays and Sundays
  Weekday first_day = Weekday::kMonday;
  bool by_the_hour = false;  // the same within each hour; without shapes only
  double load_gib = 0;       // at 1, for saw teeth
  std::vector<LoadShape> shapes;
};

// The mean of the hours of a day is 1 after this.
void normalise(RateProfile& profile);

double factor(const RateProfile& profile, std::int64_t minute);

}  // namespace fn::sim
