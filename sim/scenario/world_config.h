// SPDX-License-Identifier: Apache-2.0
//
// What the simulated surroundings of the core are like: nodes, network, provider of runners,
// containers, callers, prices. Plain structs without third-party includes; the world and its models
// read them, sim/scenario fills them.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace fn::sim {

// A lognormal time given by two of its quantiles. Equal quantiles: always the same time.
struct Delay {
  core::Duration median{};
  core::Duration p99{};
};

struct NodesConfig {
  // Load balancers. Call j of a function goes to LB (j + hash of the function) mod their number.
  std::uint32_t lb_count = 2;
  // Runners of each group that exist, and that every LB knows, at time 0.
  std::uint32_t initial_runners = 0;
};

enum class ProviderKind : std::uint8_t {
  kSimulated,  // boots runners, late, in part or not at all
  kFnStub,     // Fn's stub of 2018: each runner asked for adds every configured address
};

inline constexpr std::array<std::string_view, 2> kProviderKindNames = {"simulated", "fn-stub"};

struct ProviderConfig {
  ProviderKind kind = ProviderKind::kSimulated;
  // From the order to the provider's answer (Fn's stub: 5 s).
  core::Duration request_delay = std::chrono::seconds(1);
  // From the answer to the runner's place in the list. Fn's stub boots nothing.
  Delay boot{std::chrono::seconds(60), std::chrono::seconds(120)};
  // How often the NPM is told the list of runners while it waits for a change.
  core::Duration list_interval = std::chrono::seconds(1);
  // Orders that are refused as a whole.
  double refused_percent = 0;
  // Orders of which half, rounded down, is granted.
  double partial_percent = 0;
  // Runners that were granted and never turn up.
  double undelivered_percent = 0;
  // Runners of a group that the provider gives at most; zero: any number.
  std::uint32_t quota_runners = 0;
  // Fn's stub: addresses in FN_RUNNER_ADDRESSES.
  std::uint32_t stub_address_count = 2;
};

struct NetworkConfig {
  // One way between an LB and a runner.
  core::Duration one_way = std::chrono::microseconds(500);
  // One way between the NPM and an LB, a runner or the provider.
  core::Duration control_one_way = std::chrono::microseconds(500);
  // How often an LB asks for the membership; zero: the NPM tells it of every change (Fn: 500 ms).
  core::Duration membership_poll{};
};

// A cold start goes through three stages; a trace's first run may take longer besides.
struct ContainerConfig {
  // Only when the runner does not hold the image.
  Delay pull{std::chrono::milliseconds(1'500), std::chrono::milliseconds(20'000)};
  Delay create{std::chrono::milliseconds(120), std::chrono::milliseconds(600)};
  // Until the function accepts its first call.
  Delay init{std::chrono::milliseconds(300), std::chrono::milliseconds(4'000)};
  // A frozen container resumes after this long.
  core::Duration thaw = std::chrono::milliseconds(5);
  // Starts that fail after all their stages.
  double failed_percent = 0;
};

struct CallerConfig {
  // A caller hangs up after this long.
  core::Duration patience = core::kForever;
  // How often a caller repeats a call that was refused or timed out. A repetition is not a new
  // call.
  std::uint32_t retries_max = 0;
  // First pause before a repetition; it doubles.
  core::Duration retry_pause = std::chrono::seconds(1);
  // Whether the answer's retry-after is waited for, when it is longer than the pause.
  bool honours_retry_after = true;
};

struct CostConfig {
  // Price of one runner for one hour, from its order to its removal.
  double runner_hour_usd = 0.10;
};

// How a run is measured.
struct RunSettings {
  std::uint64_t seed = 1;
  // Before this, nothing is counted.
  core::Duration warmup{};
  // A completed call counts as within_slo when its wait is at most this.
  core::Duration slo = std::chrono::milliseconds(500);
};

}  // namespace fn::sim
