// SPDX-License-Identifier: Apache-2.0
//
// What a runner can be told before it starts. The defaults serve fnsim without a scenario and the
// services without configuration alike.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/handle.h"
#include "core/base/time.h"
#include "core/base/units.h"

namespace fn::core {

struct RunnerConfig {
  // Whose calls it may run; no others are taken.
  GroupHandle group{};

  // What containers may hold together, idle ones included.
  MemoryMib memory{4096};
  // Zero: CPU is not counted.
  MilliCpu cpu{0};

  // Refuse a call that finds no room (default, so that the LB goes on), or let it wait here.
  bool queue_when_full = false;
  // Calls that may wait at the runner for room; more are refused.
  std::uint32_t waiting_calls_max = 10'000;

  // Which idle container goes when room is needed: "lru", "ttl", "gdsf" or "none".
  std::string keep_alive = "lru";
  // An idle container goes after this long, or after its function's own time where that is shorter;
  // "none" keeps it until room is needed.
  Duration idle_timeout = std::chrono::minutes(10);
  // An idle container is frozen after this long; zero: never.
  Duration freeze_after{};

  // Images whose layers the runner keeps; the least recently started one goes first.
  std::uint32_t image_cache_max = 1'000;
};

}  // namespace fn::core
