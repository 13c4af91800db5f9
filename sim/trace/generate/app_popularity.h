// SPDX-License-Identifier: Apache-2.0
//
// Which app is how popular. The amounts are those of app_calls_quantile(); they are dealt out so
// that triggers get their published shares of calls, half of the calls come from apps of at most
// three functions, and apps of timers are as popular as timers can be.

#pragma once

#include <vector>

#include "core/base/rng.h"
#include "sim/trace/generate/app_plan.h"

namespace fn::sim {

// Sets AppPlan::calls_per_day, from what else is known of the apps. `calls_per_day`: the sum that
// all amounts are scaled to; 0: none.
void give_popularity(double calls_per_day, core::Rng rng, std::vector<AppPlan>& apps);

}  // namespace fn::sim
