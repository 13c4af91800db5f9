// SPDX-License-Identifier: Apache-2.0
//
// A node pool manager with a provider: orders are granted at once and delivered after a delay,
// every change of what the provider has is listed, and removals take effect at once. LBs advertise
// each second on demand. All actions and facts are kept.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/npm/node_pool_manager.h"

namespace fn::tests {

using core::Instant;

struct RigProvider {
  core::Duration boot = std::chrono::seconds(5);
  std::uint32_t runners_per_order = 1;  // the seed's stub: one per configured address
  bool delivers = true;
  bool grants = true;
};

class NpmRig {
 public:
  explicit NpmRig(const core::NpmConfig& config, RigProvider with = {})
      : provider(with), npm_(config) {}

  explicit NpmRig(std::string_view scaler, RigProvider with = {})
      : NpmRig(config_of(scaler), with) {}

  static core::NpmConfig config_of(std::string_view scaler) {
    core::NpmConfig config;
    config.scaler = scaler;
    return config;
  }

  // Deliveries and deadlines up to `now`, in the order of their times.
  void run_to(Instant now) {
    for (;;) {
      const Instant delivery = deliveries_.empty() ? core::kNever : deliveries_.front().first;
      const Instant next = std::min(delivery, npm_.next_deadline());
      if (next > now) {
        break;
      }
      now_ = std::max(now_, next);
      if (delivery <= next) {
        deliver_first();
      } else {
        give(core::NpmDeadlineReached{});
      }
    }
    now_ = now;
  }

  template <typename Event>
  void give(const Event& event) {
    const std::size_t done = all.actions.size();
    npm_.step(now_, event, all);
    carry_out(done);
  }

  void list() {
    const std::vector<core::Member> copy = existing;
    give(core::RunnersListed{copy});
  }

  void advertise(Instant now, std::uint32_t lb, std::uint32_t memory_mib) {
    run_to(now);
    give(
        core::CapacityAdvertised{core::LbHandle{lb}, 0, core::Requirement{memory_mib, 0, 0, 0, 0}});
  }

  // One LB advertises each second from `from` until before `until`.
  void advertise_each_second(std::int64_t from, std::int64_t until, std::uint32_t memory_mib) {
    for (std::int64_t second = from; second < until; ++second) {
      advertise(Instant(std::chrono::seconds(second)), 0, memory_mib);
    }
  }

  [[nodiscard]] std::size_t active() const { return npm_.members().size(); }

  [[nodiscard]] core::NodePoolManager& npm() { return npm_; }

  template <typename Body>
  [[nodiscard]] std::vector<Body> actions() const {
    return bodies<Body>(all.actions);
  }

  template <typename Body>
  [[nodiscard]] std::vector<Body> facts() const {
    return bodies<Body>(all.facts);
  }

  // Runners asked for, revived and drained so far; changes of direction among these actions.
  struct Tally {
    std::uint32_t provisioned = 0;
    std::uint32_t revived = 0;
    std::uint32_t drained = 0;
    std::uint32_t direction_changes = 0;
  };

  [[nodiscard]] Tally tally() const {
    Tally tally;
    int direction = 0;
    for (const core::GroupScaled& scaled : facts<core::GroupScaled>()) {
      tally.provisioned += scaled.provisioned;
      tally.revived += scaled.revived;
      tally.drained += scaled.drained;
      const int now = scaled.drained + scaled.cancelled > 0 ? -1 : 1;
      tally.direction_changes += direction != 0 && now != direction ? 1U : 0U;
      direction = now;
    }
    return tally;
  }

  RigProvider provider;
  std::vector<core::Member> existing;
  core::NpmOut all;

 private:
  template <typename Body, typename Records>
  static std::vector<Body> bodies(const Records& records) {
    std::vector<Body> found;
    for (const auto& record : records) {
      if (record.kind() == Body::kKind) {
        found.push_back(record.template as<Body>());
      }
    }
    return found;
  }

  void carry_out(std::size_t from) {
    for (std::size_t index = from; index < all.actions.size(); ++index) {
      const core::NpmAction action = all.actions[index];
      if (action.kind() == core::NpmActionKind::kProvisionRunners) {
        const auto order = action.as<core::ProvisionRunners>();
        if (provider.grants && provider.delivers) {
          const std::uint32_t count = order.count * provider.runners_per_order;
          deliveries_.emplace_back(now_ + provider.boot, count);
        }
        give(core::ProvisionAnswered{order.order, provider.grants ? order.count : 0});
      } else if (action.kind() == core::NpmActionKind::kRemoveRunner) {
        const core::RunnerHandle gone = action.as<core::RemoveRunner>().runner;
        std::erase_if(existing, [gone](const core::Member& one) { return one.runner == gone; });
        list();
      }
    }
  }

  void deliver_first() {
    for (std::uint32_t done = 0; done < deliveries_.front().second; ++done) {
      existing.push_back(core::Member{core::RunnerHandle{next_runner_++}, 4096, 0});
    }
    deliveries_.erase(deliveries_.begin());
    list();
  }

  core::NodePoolManager npm_;
  Instant now_{};
  std::vector<std::pair<Instant, std::uint32_t>> deliveries_;
  std::uint32_t next_runner_ = 0;
};

}  // namespace fn::tests
