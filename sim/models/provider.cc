// SPDX-License-Identifier: Apache-2.0

#include "sim/models/provider.h"

#include <algorithm>

#include "core/base/assert.h"

namespace fn::sim {

Provider::Provider(const ProviderConfig& config,
                   const core::RunnerConfig& runner,
                   const core::Rng& rng)
    : config_(config), runner_(runner), rng_(rng), boot_(config.boot) {}

core::RunnerHandle Provider::create() {
  const core::RunnerHandle handle = next_handle();
  add_to_list(handle);
  booting_ -= booting_ > 0 ? 1 : 0;
  return handle;
}

core::RunnerHandle Provider::create_address() {
  const core::RunnerHandle handle = next_handle();
  addresses_.push_back(handle);
  return handle;
}

void Provider::add_to_list(core::RunnerHandle handle) {
  list_.push_back(core::Member{.runner = handle,
                               .memory_mib = static_cast<std::uint32_t>(runner_.memory.value),
                               .cpu_milli = static_cast<std::uint32_t>(runner_.cpu.value)});
}

std::uint32_t Provider::order(std::uint32_t number, std::uint32_t count) {
  const auto free =
      std::find_if(orders_.begin(), orders_.end(), [](const Order& order) { return !order.open; });
  const auto slot = static_cast<std::uint32_t>(free - orders_.begin());
  if (free == orders_.end()) {
    orders_.emplace_back();
  }
  orders_[slot] = Order{number, count, true};
  unanswered_ += count;
  return slot;
}

Provider::Answer Provider::answer(std::uint32_t slot) {
  Order& order = orders_[slot];
  FN_ASSERT(order.open);
  order.open = false;
  unanswered_ -= order.count;
  boots_.clear();
  added_.clear();
  if (config_.kind == ProviderKind::kFnStub) {
    for (std::uint32_t count = 0; count < order.count; ++count) {
      for (const core::RunnerHandle address : addresses_) {
        const core::RunnerHandle entry = next_handle();
        add_to_list(entry);
        added_.push_back(Alias{entry, address});
      }
    }
    return Answer{order.number, order.count};
  }
  const std::uint32_t granted = grant(order.count);
  for (std::uint32_t count = 0; count < granted; ++count) {
    // Draws stay in step whatever happens to the runner.
    const core::Duration boot = boot_.draw(rng_);
    if (!happens(config_.undelivered_percent)) {
      boots_.push_back(boot);
    }
  }
  booting_ += static_cast<std::uint32_t>(boots_.size());
  return Answer{order.number, granted};
}

// How many of `count` runners the provider agrees to make.
std::uint32_t Provider::grant(std::uint32_t count) {
  if (happens(config_.refused_percent)) {
    return 0;
  }
  if (happens(config_.partial_percent)) {
    count /= 2;
  }
  if (config_.quota_runners > 0) {
    const auto have = static_cast<std::uint32_t>(list_.size()) + booting_;
    count = std::min(count, config_.quota_runners > have ? config_.quota_runners - have : 0);
  }
  return count;
}

void Provider::remove(core::RunnerHandle runner) {
  std::erase_if(list_, [runner](const core::Member& member) { return member.runner == runner; });
}

}  // namespace fn::sim
