// SPDX-License-Identifier: Apache-2.0

#include "services/npm/npm_group.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/base/machine_driver.h"

namespace fn::services {
namespace {

using Driver =
    MachineDriver<core::NodePoolManager, core::NpmEvent, core::NpmOut, core::NpmDeadlineReached>;

// A follower that is further behind takes the older ones for drained.
constexpr std::size_t kLostKept = 1'000;

}  // namespace

struct NpmGroup::State {
  State(NpmGroup& its_group,
        Parts its_parts,
        const Identity& identity,
        const GroupSettings& settings)
      : group(its_group),
        parts(std::move(its_parts)),
        name(identity.name),
        number(identity.number),
        apps(settings.apps),
        machine(settings.npm, identity.incarnation),
        driver(
            parts.loop,
            machine,
            [this](const core::NpmOut& out) { carry_out(out); },
            Driver::Arming::kByOwner) {}

  template <typename Event>
  void deliver(const Event& event) {
    driver.deliver(event);
    parts.touched(group);
  }

  void carry_out(const core::NpmOut& out);
  void carry_out(const core::NpmAction& action);
  void provision(const core::ProvisionRunners& order);
  void drain(const core::DrainRunner& action);
  void remove(const core::RemoveRunner& action);
  void publish(std::uint64_t its_generation);
  void listed(const std::vector<ProvidedRunner>& provided);
  void note_lost(const core::RunnerChanged& changed);
  void say_shortage(std::string text);
  void count();

  [[nodiscard]] std::string address_of(core::RunnerHandle runner) const {
    const auto found = runners.find(runner.value);
    return found == runners.end() ? "" : found->second.address;
  }

  [[nodiscard]] core::RunnerHandle handle_of(const std::string& id) const {
    const auto found = handles.find(id);
    return found == handles.end() ? core::RunnerHandle{} : found->second;
  }

  NpmGroup& group;
  Parts parts;
  std::string name;
  std::uint32_t number;
  std::vector<std::string> apps;
  core::NodePoolManager machine;
  Driver driver;
  // Runners that the provider lists, by the number of their handle, and their handles by id.
  std::map<std::uint32_t, ProvidedRunner> runners;
  std::map<std::string, core::RunnerHandle> handles;
  std::uint32_t next_runner = 0;
  std::vector<core::Member> members;  // of the list being delivered
  std::vector<RosterEntry> roster;
  std::vector<core::RunnerHandle> lost;
  std::uint64_t generation = 0;
  std::string shortage;
  std::shared_ptr<State*> alive = std::make_shared<State*>(this);
};

void NpmGroup::State::carry_out(const core::NpmOut& out) {
  for (const core::NpmFact& fact : out.facts) {
    std::string address;
    if (fact.kind() == core::NpmFactKind::kRunnerChanged) {
      const auto changed = fact.as<core::RunnerChanged>();
      address = address_of(changed.runner);
      note_lost(changed);
    }
    parts.observer.decided(name, fact, address);
  }
  for (const core::NpmAction& action : out.actions) {
    carry_out(action);
  }
  if (!out.facts.empty() || !out.actions.empty()) {
    count();
  }
}

void NpmGroup::State::carry_out(const core::NpmAction& action) {
  switch (action.kind()) {
    case core::NpmActionKind::kProvisionRunners:
      provision(action.as<core::ProvisionRunners>());
      break;
    case core::NpmActionKind::kRemoveRunner:
      remove(action.as<core::RemoveRunner>());
      break;
    case core::NpmActionKind::kDrainRunner:
      drain(action.as<core::DrainRunner>());
      break;
    case core::NpmActionKind::kReviveRunner:
      parts.control.revive(address_of(action.as<core::ReviveRunner>().runner));
      break;
    case core::NpmActionKind::kPublishMembership:
      publish(action.as<core::PublishMembership>().generation);
      break;
  }
}

void NpmGroup::State::provision(const core::ProvisionRunners& order) {
  const std::weak_ptr<State*> self = alive;
  parts.desk.provision(name, order.count, [self, order](const ProvisionAnswer& answer) {
    if (const auto state = self.lock()) {
      (*state)->say_shortage(answer.granted < order.count ? answer.shortage : "");
      (*state)->deliver(core::ProvisionAnswered{order.order, answer.granted});
    }
  });
}

void NpmGroup::State::drain(const core::DrainRunner& action) {
  const std::weak_ptr<State*> self = alive;
  parts.control.drain(address_of(action.runner), action.drain, [self, action] {
    if (const auto state = self.lock()) {
      (*state)->deliver(core::RunnerIdle{action.runner, action.drain});
    }
  });
}

void NpmGroup::State::remove(const core::RemoveRunner& action) {
  const auto found = runners.find(action.runner.value);
  if (found == runners.end()) {
    return;
  }
  const ProvidedRunner runner = found->second;
  const std::weak_ptr<State*> self = alive;
  const auto finish = [self, runner](std::uint32_t calls_cut) {
    if (const auto state = self.lock()) {
      const Parts& with = (*state)->parts;
      with.control.release(runner.address);
      with.observer.runner_removed((*state)->name, runner.address, calls_cut);
      with.desk.remove((*state)->name, runner.id);
    }
  };
  if (action.busy == 0) {
    finish(0);
    return;
  }
  // How many calls its end cuts; a runner that does not say is removed all the same.
  parts.control.report(runner.address, [finish](const core::Result<RunnerState>& report) {
    finish(report ? report->calls : 0);
  });
}

void NpmGroup::State::publish(std::uint64_t its_generation) {
  generation = its_generation;
  roster.clear();
  std::string addresses;
  for (const core::Member& member : machine.members()) {
    roster.push_back({member, address_of(member.runner)});
    addresses += (addresses.empty() ? "" : " ") + roster.back().address;
  }
  parts.observer.published(name, addresses);
  parts.published(group);
}

void NpmGroup::State::listed(const std::vector<ProvidedRunner>& provided) {
  members.clear();
  for (const ProvidedRunner& runner : provided) {
    core::RunnerHandle handle = handle_of(runner.id);
    if (!handle.valid()) {
      handle = core::RunnerHandle{next_runner++};
      handles.emplace(runner.id, handle);
    }
    runners[handle.value] = runner;
    members.push_back({handle, runner.memory_mib, runner.cpu_milli});
  }
  core::RunnersListed event;
  event.runners = members;
  deliver(event);
  // Those that are gone are known until the machine has been told.
  std::erase_if(runners, [this](const auto& entry) {
    const core::RunnerHandle handle{entry.first};
    const bool gone = std::ranges::none_of(
        members, [handle](const core::Member& member) { return member.runner == handle; });
    if (gone) {
      parts.control.release(entry.second.address);
      handles.erase(entry.second.id);
    }
    return gone;
  });
}

void NpmGroup::State::note_lost(const core::RunnerChanged& changed) {
  if (changed.change == core::RunnerChange::kLost) {
    if (lost.size() >= kLostKept) {
      lost.erase(lost.begin());
    }
    lost.push_back(changed.runner);
  }
}

void NpmGroup::State::say_shortage(std::string text) {
  if (text == shortage) {
    return;
  }
  shortage = std::move(text);
  if (!shortage.empty()) {
    parts.observer.warn(shortage, name);
  }
  parts.published(group);
}

void NpmGroup::State::count() {
  std::int64_t capacity = 0;
  for (const core::Member& member : machine.members()) {
    capacity += member.memory_mib;
  }
  parts.observer.counted(name, machine.counts(), machine.demand().memory_mib, capacity);
}

NpmGroup::NpmGroup(Parts parts, const Identity& identity, const GroupSettings& settings)
    : state_(std::make_unique<State>(*this, std::move(parts), identity, settings)) {}

NpmGroup::~NpmGroup() = default;

void NpmGroup::begin() {
  state_->parts.desk.watch(state_->name,
                           [state = state_.get()](const std::vector<ProvidedRunner>& runners) {
                             state->listed(runners);
                           });
}

void NpmGroup::advertise(core::LbHandle lb,
                         std::uint32_t sequence,
                         const core::Requirement& wanted) {
  const std::int64_t before = state_->machine.demand().memory_mib;
  if (state_->parts.observer.debugs()) {
    state_->parts.observer.debug("Merging snapshot of " + std::to_string(wanted.memory_mib) +
                                 " for " + state_->name + " from " + std::to_string(lb.value));
  }
  state_->deliver(core::CapacityAdvertised{lb, sequence, wanted});
  if (state_->machine.demand().memory_mib != before) {
    state_->count();
  }
}

void NpmGroup::report(core::LbHandle lb, const std::string& address, bool rested) {
  for (const auto& [number, runner] : state_->runners) {
    if (runner.address == address) {
      state_->deliver(core::RunnerReported{lb, core::RunnerHandle{number}, rested ? 1U : 0U});
      return;
    }
  }
}

core::Status NpmGroup::reconfigure(const GroupSettings& settings) {
  State& state = *state_;
  core::NodePoolManager fresh(settings.npm);
  core::Writer saved;
  state.machine.save(saved);
  core::Reader reader(saved.bytes());
  if (core::Status status = fresh.load(reader); !status) {
    return core::fail(status.error().code,
                      "group \"" + state.name + "\": a new scaler is taken at the next start");
  }
  state.machine = std::move(fresh);
  if (state.apps != settings.apps) {
    state.apps = settings.apps;
    state.parts.published(*this);
  }
  // A group at rest would not look at them before something happens.
  state.deliver(core::NpmDeadlineReached{});
  return {};
}

void NpmGroup::arm() {
  state_->driver.arm();
}

const std::string& NpmGroup::name() const {
  return state_->name;
}

std::uint32_t NpmGroup::number() const {
  return state_->number;
}

std::uint64_t NpmGroup::generation() const {
  return state_->generation;
}

std::span<const RosterEntry> NpmGroup::roster() const {
  return state_->roster;
}

std::span<const core::RunnerHandle> NpmGroup::lost() const {
  return state_->lost;
}

const std::string& NpmGroup::shortage() const {
  return state_->shortage;
}

const std::vector<std::string>& NpmGroup::apps() const {
  return state_->apps;
}

const core::NodePoolManager& NpmGroup::machine() const {
  return state_->machine;
}

}  // namespace fn::services
