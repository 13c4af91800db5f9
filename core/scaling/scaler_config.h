// SPDX-License-Identifier: Apache-2.0
//
// What a group's size is decided by: one struct per scaler and the limits that all of them but
// fn-2018 share. The defaults are those of the simulator without a scenario and of the services
// without configuration.

#pragma once

#include <cstdint>

#include "core/base/time.h"

namespace fn::core {

// Limits on what a scaler wishes. fn-2018 knows none of them.
struct ScaleLimitsConfig {
  // The group never has fewer runners (a count), with demand or without.
  std::uint32_t min_runners = 0;
  // Nor more (a count).
  std::uint32_t max_runners = 1000;
  // Runners kept beyond what the demand needs (a count), as long as there is demand.
  std::uint32_t headroom_runners = 0;
  // No growth sooner than this after the last change of size.
  Duration cooldown_up{0};
  // No shrinking sooner than this after the last change of size.
  Duration cooldown_down{0};
  // At most so many runners (a count) are asked for per `step_up_period`; 0: any number.
  std::uint32_t step_up_runners = 0;
  // See `step_up_runners`.
  Duration step_up_period = std::chrono::minutes(1);
  // The group shrinks to the highest wish of so long a past.
  Duration down_window = std::chrono::minutes(5);
  // At most so many runners (a count), or `step_down_percent` of the active ones where that is
  // more, are drained per `step_down_period`; both 0: any number.
  std::uint32_t step_down_runners = 1;
  // See `step_down_runners`; per cent.
  std::uint32_t step_down_percent = 10;
  // See `step_down_runners`.
  Duration step_down_period = std::chrono::minutes(1);
  // The last runner stays so long after the last call.
  Duration last_runner_hold = std::chrono::minutes(10);
};

// steady: a runner is full at a part of its capacity.
struct SteadyConfig {
  // The part of the binding resource, memory or CPU, that the demand may fill (per cent, 1 to 100).
  std::uint32_t utilisation_percent = 70;
  // A call that waits longer, although the sum fits, gets one more runner.
  Duration long_wait = std::chrono::seconds(5);
};

// kpa: Knative's pod autoscaler. Concurrency is counted in the binding resource, so a runner's
// limit of concurrency is its memory, or its CPU. Of the shared limits it obeys min, max,
// head-room, cool-downs and the step up; it shrinks by its own rules.
struct KpaConfig {
  // The part of a runner that the mean demand may fill (per cent, 1 to 100).
  std::uint32_t target_percent = 70;
  // The demand is averaged over so long (whole seconds, 1 s to 1 h).
  Duration stable_window = std::chrono::seconds(60);
  // In a panic over this part of the stable window (per cent, 1 to 100).
  std::uint32_t panic_window_percent = 10;
  // A panic begins when its average wishes for this part of the active runners (per cent).
  std::uint32_t panic_threshold_percent = 200;
  // At one tick the group grows to at most so many times its active runners.
  std::uint32_t max_scale_up_rate = 1000;
  // And shrinks to at least its active runners divided by this, rounded down.
  std::uint32_t max_scale_down_rate = 2;
  // Time between two decisions while the group is not at rest.
  Duration tick = std::chrono::seconds(2);
  // The group shrinks to the highest wish of so long a past.
  Duration scale_down_delay{0};
  // The last runner stays so long after the stable window saw no demand.
  Duration scale_to_zero_grace = std::chrono::seconds(30);
};

struct ScalerConfig {
  ScaleLimitsConfig limits;
  SteadyConfig steady;
  KpaConfig kpa;
  // fixed: the size (a count).
  std::uint32_t fixed_runners = 1;
  // The size of a runner to come, until the provider has shown one (MiB).
  std::uint32_t planned_memory_mib = 4096;
  // Likewise its CPU (thousandths of a core); 0: CPU is not counted.
  std::uint32_t planned_cpu_milli = 0;
};

}  // namespace fn::core
