// SPDX-License-Identifier: Apache-2.0
//
// A workload without a trace: groups of functions with an arrival process each. Times are
// core::Duration, rates are calls per second. Every random stream is named by the group's label
// and the family's or function's id, so one family does not shift another.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/base/units.h"

namespace fn::sim {

enum class ArrivalProcess : std::uint8_t {
  kPoisson,   // at rate_per_s
  kConstant,  // call k at start + k / rate_per_s
  kStep,      // Poisson; from step_at on at step_rate_per_s
  kSine,      // Poisson; around rate_per_s, from peak to trough as sine_peak_to_trough says
  kBurst,     // Poisson; at burst_rate_per_s from burst_at for burst_length, every burst_every
};

inline constexpr std::array<std::string_view, 5> kArrivalProcessNames = {
    "poisson", "constant", "step", "sine", "burst"};

struct ArrivalShape {
  ArrivalProcess process = ArrivalProcess::kPoisson;
  // Calls per second of the whole family; the mean of a sine, the base of a step or burst.
  double rate_per_s = 1;
  // No call before.
  core::Duration start{};
  // step, sine and burst: calls at equal steps of the expected number instead of at random.
  bool even = false;
  core::Duration step_at{};
  double step_rate_per_s = 0;
  core::Duration sine_period = std::chrono::hours(24);
  double sine_peak_to_trough = 3;
  // Where in its period the sine begins: 0 at the mean and rising, 0.25 at the peak.
  double sine_phase = 0;
  core::Duration burst_at{};
  core::Duration burst_length = std::chrono::minutes(1);
  core::Duration burst_every{};  // zero: one burst only
  double burst_rate_per_s = 0;
};

enum class DurationKind : std::uint8_t { kExponential, kLognormal, kConstant };

inline constexpr std::array<std::string_view, 3> kDurationKindNames = {
    "exponential", "lognormal", "constant"};

struct DurationShape {
  DurationKind kind = DurationKind::kExponential;
  // exponential and constant
  core::Duration mean = std::chrono::seconds(1);
  // lognormal: e^mu, and the standard deviation of the logarithm
  core::Duration median = std::chrono::seconds(1);
  double sigma = 1;
  // A draw outside of these counts as the nearer one.
  core::Duration shortest = std::chrono::microseconds(1);
  core::Duration longest = std::chrono::hours(24);
  // The first run of a container takes run * first_run_scale + first_run_extra.
  double first_run_scale = 1;
  core::Duration first_run_extra{};
};

enum class MemoryKind : std::uint8_t { kChoices, kBurr };

inline constexpr std::array<std::string_view, 2> kMemoryKindNames = {"choices", "burr"};

// Drawn once per function.
struct MemoryShape {
  MemoryKind kind = MemoryKind::kChoices;
  // One of these, each equally likely.
  std::vector<core::MemoryMib> choices = {core::MemoryMib{128}};
  // Burr XII, by default as fitted to the apps of Azure Functions 2019; rounded up to whole MiB.
  double burr_c = 11.652;
  double burr_k = 0.221;
  double burr_scale_mib = 107.083;
  core::MemoryMib most{4096};
};

// Functions that share one arrival process: each call goes to one of them, function r in
// proportion to (r + 1)^-zipf.
struct FunctionFamily {
  // The id of a single function; several are called "<name>-0", "<name>-1" and so on.
  std::string name = "function";
  std::uint32_t count = 1;
  double zipf = 0;
  ArrivalShape arrivals;
  DurationShape durations;
  MemoryShape memory;
  core::MilliCpu cpu{0};
  core::Duration timeout{};  // zero: none
};

struct SyntheticGroup {
  std::string name = "default";
  std::string label;  // empty: the name
  std::vector<FunctionFamily> families;
};

struct SyntheticConfig {
  std::vector<SyntheticGroup> groups;
  // Calls arrive before this time; zero: no such bound.
  core::Duration duration{};
  // Each group ends with this many calls; zero: no such bound. One of the two must be set.
  std::uint64_t calls = 0;
};

}  // namespace fn::sim
