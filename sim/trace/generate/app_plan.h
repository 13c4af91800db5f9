// SPDX-License-Identifier: Apache-2.0
//
// The apps of a platform: who owns them, how many functions of each trigger they have and how
// popular they are. All from stratified draws, so that quantiles and shares come out for every
// seed; the seed decides which app has what.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/rng.h"
#include "sim/trace/generate/fits.h"
#include "sim/trace/generate/generator_config.h"

namespace fn::sim {

struct AppPlan {
  std::uint32_t owner = 0;
  double calls_per_day = 0;
  std::uint32_t triggers = 0;                        // bits
  std::array<std::uint16_t, kTriggers> functions{};  // by trigger
  Trigger hot = Trigger::kHttp;                      // gets most of the calls

  [[nodiscard]] std::uint32_t size() const {
    std::uint32_t sum = 0;
    for (const std::uint16_t count : functions) {
      sum += count;
    }
    return sum;
  }

  [[nodiscard]] std::uint32_t timers() const {
    return functions[static_cast<std::size_t>(Trigger::kTimer)];
  }

  [[nodiscard]] bool only_timers() const { return triggers == bit_of(Trigger::kTimer); }
};

struct FunctionShare {
  Trigger trigger = Trigger::kHttp;
  double share = 0;
};

// How the calls that timers do not make are spread over the app's other functions: those of the hot
// trigger come first, and the r-th gets calls in proportion to r^-1.5 (chosen).
std::vector<FunctionShare> function_shares(const AppPlan& app);

// In the order of their numbers. REQUIRES: config.apps > 0.
std::vector<AppPlan> plan_apps(const PlatformConfig& config, std::uint64_t seed);

// A random order of 0 .. size - 1.
std::vector<std::uint32_t> shuffled(std::uint32_t size, core::Rng rng);

}  // namespace fn::sim
