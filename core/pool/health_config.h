// SPDX-License-Identifier: Apache-2.0
//
// How a load balancer judges its runners' health. Fn has no health checks.

#pragma once

#include <chrono>

#include "core/base/time.h"

namespace fn::core {

struct HealthConfig {
  // Fn has no health checks: off is its behaviour.
  bool enabled = true;
  // A runner that holds calls and was silent for this long is asked for a sign of life.
  Duration silence = std::chrono::seconds(1);
  // Silent for this long after it was asked: it is rested.
  Duration answer_timeout = std::chrono::seconds(2);
  // The first rest; each later one is twice as long, up to the maximum, until the runner serves.
  Duration rest_first = std::chrono::seconds(1);
  Duration rest_max = std::chrono::seconds(60);
};

}  // namespace fn::core
