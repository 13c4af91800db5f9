// SPDX-License-Identifier: Apache-2.0
//
// The demo's day: a made-up trace in the format of Azure Functions 2019, with tenants on whose
// pools scaling policies differ. One day of minutes, about 1.4 million calls, six owners:
//
//   media       transcoding: 55 runners of 4 GiB at the evening's peak, a daily swing of 3:1
//   checkout    a web shop: 5 runners on average, the same swing
//   thumbnails  another continent's photos: 6 runners on average, the swing half a day later
//   tickets     2 runners, and for 25 minutes at noon a flash crowd of more than 40
//   reports     asleep but for a night batch of 3 hours and one of 45 minutes in the afternoon
//   telemetry   timers that all fire each fifth minute: 14 runners in it, nearly none between
//
// Replay it with `--tenant owner`.

#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace fn::sim {

// Writes inv.csv, run.csv and mem.csv into `folder`, which is made if it is not there (its parent
// must be). The bytes depend on `seed` and `scale` only. `scale` multiplies the number of calls,
// from 0.001 to 10. A file appears under its name once it is complete.
core::Status write_demo_trace(const std::string& folder, std::uint64_t seed, double scale);

}  // namespace fn::sim
