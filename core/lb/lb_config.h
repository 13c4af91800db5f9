// SPDX-License-Identifier: Apache-2.0
//
// What a load balancer can be told about one group before it starts. The defaults serve fnsim
// without a scenario and the services without configuration alike.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/handle.h"
#include "core/base/time.h"
#include "core/base/units.h"
#include "core/placement/placer.h"
#include "core/pool/health_config.h"

namespace fn::core {

struct LbConfig {
  // Whose calls it serves.
  GroupHandle group{};
  // "chbl", "ch", "ch-compat", "naive", "random", "round-robin", "least-outstanding" or "p2c".
  std::string placer = "chbl";
  PlacerConfig placement;

  // A call that no runner takes is answered as timed out after this long; zero: refused at once.
  // One that is away on an offer then ends when that is refused.
  Duration placement_timeout = std::chrono::seconds(360);
  Duration detached_timeout = std::chrono::seconds(30);
  // Calls of the group that may wait here, in number and in bytes of body.
  std::uint32_t waiting_calls_max = 10'000;
  std::uint64_t waiting_bytes_max = std::uint64_t{64} << 20;
  // Smaller calls that may go past a refused head.
  std::uint32_t overtakes_max = 16;
  // The head of the queue tries one runner again after this long, doubling up to the maximum.
  Duration probe_first = std::chrono::milliseconds(10);
  Duration probe_max = std::chrono::milliseconds(500);
  // Fn's rule (naive, ch-compat): pause between two passes over all runners.
  Duration pass_pause = std::chrono::milliseconds(10);

  // Whether this LB may skip runners that its own calls fill: true where runners refuse when full.
  bool runners_refuse_when_full = true;
  // What the largest runner of the group has; zero: unknown, or CPU that is not counted.
  MemoryMib largest_runner{0};
  MilliCpu largest_runner_cpu{0};

  // How often the group's requirement is advertised while there is one.
  Duration advertise_every = std::chrono::seconds(1);
  // Offset of this LB's advertisements within the period.
  Duration advertise_phase{};

  HealthConfig health;
};

}  // namespace fn::core
