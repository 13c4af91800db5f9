// SPDX-License-Identifier: Apache-2.0
//
// The model of who makes machines: which runners of a group exist, and what becomes of an order.
//
// "simulated" answers an order after a delay, in full, in part or not at all; what it granted boots
// for a time of its own and then stands in the list, or never turns up. "fn-stub" behaves like Fn's
// stub of 2018 (fn.md 2.2): each runner asked for adds every configured address once more, under a
// fresh number, at the answer; entries of one address share one real runner, and removing an entry
// switches nothing off.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/handle.h"
#include "core/base/rng.h"
#include "core/pool/membership.h"
#include "core/runner/runner_config.h"
#include "sim/models/delay_sampler.h"
#include "sim/scenario/world_config.h"

namespace fn::sim {

class Provider {
 public:
  // `runner`: what each runner has.
  Provider(const ProviderConfig& config, const core::RunnerConfig& runner, const core::Rng& rng);

  [[nodiscard]] const ProviderConfig& config() const { return config_; }

  // A new runner that stands in the list.
  core::RunnerHandle create();

  // fn-stub: a real runner behind an address, not in the list.
  core::RunnerHandle create_address();

  // Notes an order; returns the slot under which it is answered.
  std::uint32_t order(std::uint32_t number, std::uint32_t count);

  struct Answer {
    std::uint32_t order = 0;
    std::uint32_t granted = 0;
  };

  // The order's answer. Afterwards boots() tells how long each granted runner takes to come up;
  // fn-stub adds its entries at once, see added().
  Answer answer(std::uint32_t slot);

  [[nodiscard]] std::span<const core::Duration> boots() const { return boots_; }

  // fn-stub: an entry of the list and the real runner behind it.
  struct Alias {
    core::RunnerHandle entry;
    core::RunnerHandle runner;
  };

  [[nodiscard]] std::span<const Alias> added() const { return added_; }

  // Every runner that exists, in the order in which they came.
  [[nodiscard]] std::span<const core::Member> list() const { return list_; }

  void remove(core::RunnerHandle runner);

  // Runners ordered and not answered yet.
  [[nodiscard]] std::uint32_t unanswered() const { return unanswered_; }

 private:
  struct Order {
    std::uint32_t number = 0;
    std::uint32_t count = 0;
    bool open = false;
  };

  std::uint32_t grant(std::uint32_t count);

  core::RunnerHandle next_handle() { return core::RunnerHandle{created_++}; }

  void add_to_list(core::RunnerHandle handle);

  bool happens(double percent) { return percent > 0 && rng_.unit() * 100.0 < percent; }

  ProviderConfig config_;
  core::RunnerConfig runner_;
  core::Rng rng_;
  DelaySampler boot_;
  std::vector<core::Member> list_;
  std::vector<core::RunnerHandle> addresses_;
  std::vector<Order> orders_;
  std::vector<core::Duration> boots_;
  std::vector<Alias> added_;
  std::uint32_t created_ = 0;
  std::uint32_t unanswered_ = 0;
  std::uint32_t booting_ = 0;
};

}  // namespace fn::sim
