// SPDX-License-Identifier: Apache-2.0

#include "services/lb/lb_pools.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/rng.h"

namespace fn::services {

struct LbPools::State {
  explicit State(Parts its_parts) : parts(std::move(its_parts)) {
    parts.loop.at_batch_end([this] { end_batch(); });
  }

  // What one group does may touch another: they share the limit of bodies.
  void end_batch() {
    while (!touched.empty()) {
      LbPool& pool = *touched.back();
      touched.pop_back();
      pool.touched = false;
      pool.group->end_batch();
      pool.observer->waiting(pool.group->waiting());
    }
  }

  LbPool* make(const std::string& name);

  Parts parts;
  PoolPort* port = nullptr;
  std::map<std::string, LbPool, std::less<>> pools;
  std::vector<LbPool*> touched;
};

LbPool* LbPools::State::make(const std::string& name) {
  if (pools.size() >= parts.groups_max) {
    return nullptr;
  }
  LbPool& pool = pools[name];
  pool.name = name;
  pool.observer = parts.observe(name);
  LbGroup::Parts group{parts.loop, parts.port, parts.budget, parts.body, *pool.observer};
  group.touched = [this, &pool] {
    if (!std::exchange(pool.touched, true)) {
      touched.push_back(&pool);
    }
  };
  if (port != nullptr) {
    group.advertise = [this, &pool](const core::Requirement& wanted) {
      port->claim(pool.name, wanted);
    };
    group.report = [this, &pool](core::RunnerHandle runner, bool is_rested) {
      port->rested(pool.name, parts.runners.address(runner), is_rested);
    };
  }
  core::LbConfig config = parts.config;
  config.group = core::GroupHandle{0};
  pool.group =
      std::make_unique<LbGroup>(std::move(group), config, core::Rng(parts.seed).fork(name));
  return &pool;
}

LbPools::LbPools(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {}

LbPools::~LbPools() = default;

void LbPools::use_static(const std::vector<core::Member>& runners) {
  state_->make("default")->group->set_members(runners);
}

void LbPools::use(PoolPort& port) {
  state_->port = &port;
}

LbPool* LbPools::of(const FunctionVersion& function) {
  if (state_->port == nullptr) {
    return &state_->pools.begin()->second;
  }
  if (const auto known = state_->pools.find(function.group); known != state_->pools.end()) {
    return &known->second;
  }
  LbPool* const pool = state_->make(function.group);
  if (pool != nullptr) {
    state_->port->follow(function.group);
  }
  return pool;
}

// A runner that is lost breaks its streams by itself: whether its calls are lost, they say.
void LbPools::changed(const std::string& name, const GroupPool& pool) {
  const auto known = state_->pools.find(name);
  if (known == state_->pools.end()) {
    return;
  }
  LbPool& mine = known->second;
  const GroupPool before = std::exchange(mine.pool, pool);
  for (auto& waits : std::exchange(mine.waiting, {})) {
    if (waits() && pool.members.empty()) {
      mine.waiting.push_back(std::move(waits));
    }
  }
  std::vector<core::Member> members;
  std::vector<bool> stays(before.members.size(), false);
  for (const PoolMember& member : pool.members) {
    const auto old = std::ranges::find(before.members, member.number, &PoolMember::number);
    core::Member entry{{}, member.memory_mib, member.cpu_milli};
    if (old != before.members.end() && old->address == member.address) {
      const auto place = static_cast<std::size_t>(old - before.members.begin());
      stays[place] = true;
      entry.runner = mine.members[place].runner;
    } else {
      entry.runner = state_->parts.runners.add(member.address);
    }
    members.push_back(entry);
  }
  const std::vector<core::Member> leaving = std::exchange(mine.members, std::move(members));
  mine.group->set_members(mine.members);
  for (std::size_t place = 0; place < leaving.size(); ++place) {
    if (!stays[place]) {
      state_->parts.runners.remove(leaving[place].runner);
    }
  }
}

bool LbPools::has_npm() const {
  return state_->port != nullptr;
}

std::uint32_t LbPools::calls() const {
  std::uint32_t calls = 0;
  for (const auto& [name, pool] : state_->pools) {
    calls += pool.group->calls();
  }
  return calls;
}

void LbPools::for_each(const std::function<void(LbPool& pool)>& each) {
  for (auto& [name, pool] : state_->pools) {
    each(pool);
  }
}

}  // namespace fn::services
