// SPDX-License-Identifier: Apache-2.0

#include "services/npm/npm_node.h"

#include <algorithm>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "services/base/slots.h"
#include "services/wire/capacity_wire.h"

namespace fn::services {
namespace {

constexpr core::Duration kForgetEvery = std::chrono::seconds(5);

struct Claim {
  core::Requirement wanted;
  bool told = false;  // the group knows of one that is not zero
};

struct Lb {
  std::string id;  // empty: the slot is free
  std::uint64_t number = 0;
  core::Instant heard_at{};
  std::vector<Claim> claims;  // by number of the group
};

using Listeners = std::list<NpmNode::Listener>;

struct Entry {
  std::unique_ptr<NpmGroup> group;
  bool declared = false;
  bool touched = false;
  bool changed = false;
  std::shared_ptr<Listeners> listeners = std::make_shared<Listeners>();
};

}  // namespace

struct NpmNode::State {
  State(Loop& its_loop,
        RunnerProvider& its_provider,
        RunnerControl& its_control,
        NpmObserver& its_observer,
        AllGroupSettings its_settings,
        std::uint32_t its_incarnation)
      : loop(its_loop),
        provider(its_provider),
        control(its_control),
        observer(its_observer),
        settings(std::move(its_settings)),
        incarnation(its_incarnation),
        desk(its_loop, its_provider, its_observer, {}, [this] { return runners(); }),
        timer(its_loop) {
    desk.set_quota(settings.quota_runners);
    loop.at_batch_end([this] { end_batch(); });
  }

  NpmGroup& make(const std::string& name);
  void end_batch();
  void forget_silent_lbs();

  // Of all groups, granted ones included.
  [[nodiscard]] std::uint64_t runners() const {
    std::uint64_t sum = 0;
    for (const auto& [name, entry] : groups) {
      const core::NodePoolManager::Counts counts = entry.group->machine().counts();
      sum += std::uint64_t{counts.booting} + counts.active + counts.draining;
    }
    return sum;
  }

  Entry& entry(const NpmGroup& group) { return groups.find(group.name())->second; }

  Loop& loop;
  RunnerProvider& provider;
  RunnerControl& control;
  NpmObserver& observer;
  AllGroupSettings settings;
  std::uint32_t incarnation;
  ProviderDesk desk;
  std::map<std::string, Entry> groups;
  std::vector<NpmGroup*> by_number;
  std::uint32_t undeclared = 0;
  std::vector<Entry*> touched;
  std::vector<Entry*> changed;
  Slots<Lb> lbs;
  std::map<std::string, core::LbHandle> lb_of_id;
  std::uint64_t lb_numbers = 0;
  LoopTimer timer;
  bool begun = false;
};

NpmGroup& NpmNode::State::make(const std::string& name) {
  observer.group_made(name);
  Entry& entry = groups[name];
  entry.declared = settings.declares(name);
  undeclared += entry.declared ? 0 : 1;
  NpmGroup::Parts parts{loop,
                        desk,
                        control,
                        observer,
                        [this, &entry](NpmGroup&) {
                          if (!std::exchange(entry.touched, true)) {
                            touched.push_back(&entry);
                          }
                        },
                        [this, &entry](NpmGroup&) {
                          if (!std::exchange(entry.changed, true)) {
                            changed.push_back(&entry);
                          }
                        }};
  const NpmGroup::Identity identity{
      name, static_cast<std::uint32_t>(by_number.size()), incarnation};
  entry.group = std::make_unique<NpmGroup>(std::move(parts), identity, settings.of(name));
  by_number.push_back(entry.group.get());
  if (begun) {
    entry.group->begin();
  }
  return *entry.group;
}

void NpmNode::State::end_batch() {
  for (Entry* entry : std::exchange(touched, {})) {
    entry->touched = false;
    entry->group->arm();
  }
  for (Entry* entry : std::exchange(changed, {})) {
    entry->changed = false;
    // A listener may go while it is called.
    const std::shared_ptr<Listeners> listeners = entry->listeners;
    for (auto next = listeners->begin(); next != listeners->end();) {
      const auto present = next++;
      (*present)(*entry->group);
    }
  }
}

void NpmNode::State::forget_silent_lbs() {
  timer.set_after(kForgetEvery, [this] { forget_silent_lbs(); });
  const core::Duration silence = settings.longest_lease() + kForgetEvery;
  for (std::uint32_t number = 0; number < lbs.size(); ++number) {
    Lb& lb = lbs[number];
    if (!lb.id.empty() && core::later(lb.heard_at, silence) <= loop.now()) {
      lb_of_id.erase(lb.id);
      lb = {};
      lbs.give_back(number);
    }
  }
}

NpmNode::NpmNode(Loop& loop,
                 RunnerProvider& provider,
                 RunnerControl& control,
                 NpmObserver& observer,
                 AllGroupSettings settings,
                 std::uint32_t incarnation)
    : state_(std::make_unique<State>(
          loop, provider, control, observer, std::move(settings), incarnation)) {}

NpmNode::~NpmNode() = default;

void NpmNode::begin() {
  State& state = *state_;
  state.begun = true;
  for (const auto& [name, entry] : state.groups) {
    entry.group->begin();
  }
  state.forget_silent_lbs();
  for (const auto& [name, settings] : state.settings.groups) {
    static_cast<void>(group(name));
  }
  // Whatever the limit: these runners exist.
  for (const std::string& name : state.provider.groups()) {
    if (!state.groups.contains(name)) {
      state.make(name);
    }
  }
}

core::Result<NpmGroup*> NpmNode::group(const std::string& name) {
  State& state = *state_;
  if (const auto found = state.groups.find(name); found != state.groups.end()) {
    return found->second.group.get();
  }
  const std::uint32_t limit = state.settings.undeclared_groups;
  if (!state.settings.declares(name) && state.undeclared >= limit) {
    return core::fail(core::ErrorCode::kTooBusy,
                      "the limit of " + std::to_string(limit) +
                          " groups that the settings do not name is reached: declare it under "
                          "[groups] in FN_NPM_GROUPS_FILE, or raise undeclared_groups");
  }
  return &state.make(name);
}

core::Status NpmNode::reconfigure(AllGroupSettings settings) {
  State& state = *state_;
  state.settings = std::move(settings);
  state.desk.set_quota(state.settings.quota_runners);
  core::Status status;
  state.undeclared = 0;
  for (auto& [name, entry] : state.groups) {
    entry.declared = state.settings.declares(name);
    state.undeclared += entry.declared ? 0 : 1;
    core::Status taken = entry.group->reconfigure(state.settings.of(name));
    status = status ? std::move(taken) : status;
  }
  for (const auto& [name, of_group] : state.settings.groups) {
    static_cast<void>(group(name));
  }
  return status;
}

core::Result<LbTicket> NpmNode::lb(const std::string& id) {
  State& state = *state_;
  if (const auto found = state.lb_of_id.find(id); found != state.lb_of_id.end()) {
    Lb& known = state.lbs[found->second.value];
    known.heard_at = state.loop.now();
    return LbTicket{found->second, known.number};
  }
  if (id.empty() || id.size() > kGroupNameMax) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "lb_id: expected 1 to " + std::to_string(kGroupNameMax) + " bytes, found " +
                          std::to_string(id.size()));
  }
  if (state.lbs.taken() >= kLbsMax) {
    return core::fail(core::ErrorCode::kTooBusy,
                      "more than " + std::to_string(kLbsMax) +
                          " load balancers: expected fewer, or that silent ones are forgotten");
  }
  const core::LbHandle handle{state.lbs.take()};
  Lb& fresh = state.lbs[handle.value];
  fresh.id = id;
  fresh.number = ++state.lb_numbers;
  fresh.heard_at = state.loop.now();
  state.lb_of_id.emplace(id, handle);
  return LbTicket{handle, fresh.number};
}

void NpmNode::set_claim(core::LbHandle lb, const NpmGroup& group, const core::Requirement& wanted) {
  std::vector<Claim>& claims = state_->lbs[lb.value].claims;
  if (group.number() >= claims.size()) {
    claims.resize(group.number() + std::size_t{1});
  }
  claims[group.number()].wanted = wanted;
}

void NpmNode::give_up_all(core::LbHandle lb) {
  for (Claim& claim : state_->lbs[lb.value].claims) {
    claim.told = claim.told || !claim.wanted.zero();
    claim.wanted = {};
  }
}

void NpmNode::settle(core::LbHandle lb, std::uint32_t sequence) {
  std::vector<Claim>& claims = state_->lbs[lb.value].claims;
  for (std::size_t number = 0; number < claims.size(); ++number) {
    Claim& claim = claims[number];
    if (claim.told || !claim.wanted.zero()) {
      state_->by_number[number]->advertise(lb, sequence, claim.wanted);
      claim.told = !claim.wanted.zero();
    }
  }
}

std::shared_ptr<void> NpmNode::follow(NpmGroup& group, Listener listener) {
  const std::shared_ptr<Listeners> listeners = state_->entry(group).listeners;
  listeners->push_back(std::move(listener));
  const auto place = std::prev(listeners->end());
  return {listeners.get(), [listeners, place](void*) {
            listeners->erase(place);
          }};
}

NpmObserver& NpmNode::observer() {
  return state_->observer;
}

Loop& NpmNode::loop() {
  return state_->loop;
}

void NpmNode::each_group(const std::function<void(const NpmGroup& group)>& look) const {
  for (const auto& [name, entry] : state_->groups) {
    look(*entry.group);
  }
}

}  // namespace fn::services
