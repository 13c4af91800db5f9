// SPDX-License-Identifier: Apache-2.0
//
// A group's world, the side of the node pool manager and the provider of runners.

#include <algorithm>

#include "core/base/assert.h"
#include "sim/world/group_world.h"

namespace fn::sim {

namespace {

// The first whole multiple of `period` that is not before `at`.
core::Instant next_tick(core::Instant at, core::Duration period) {
  if (period <= core::Duration::zero()) {
    return at;
  }
  const core::Duration since = at.time_since_epoch() + period - core::Duration(1);
  return core::Instant(since / period * period);
}

}  // namespace

template <typename Event>
void GroupWorld::step_npm(const Event& event) {
  npm_.step(agenda_.now(), event, npm_out_);
  carry_out_npm();
  const core::Instant next = npm_.next_deadline();
  if (next < npm_armed_) {
    npm_armed_ = std::max(next, agenda_.now());
    agenda_.schedule(npm_armed_, EventClass::kTimer, DueWord{.due = Due::kNpmDeadline}.packed());
  }
}

template void GroupWorld::step_npm(const core::RunnersListed&);

void GroupWorld::npm_deadline() {
  if (npm_armed_ != agenda_.now()) {
    return;
  }
  npm_armed_ = core::kNever;
  const core::Instant next = npm_.next_deadline();
  if (next > agenda_.now()) {
    if (next != core::kNever) {
      npm_armed_ = next;
      agenda_.schedule(next, EventClass::kTimer, DueWord{.due = Due::kNpmDeadline}.packed());
    }
    return;
  }
  note(Role::kNpm, 0, kDeadlineMark, {});
  step_npm(core::NpmDeadlineReached{});
}

void GroupWorld::deliver_to_npm(const Message& message) {
  note_message(message);
  switch (static_cast<ToNpm>(message.kind)) {
    case ToNpm::kCapacityAdvertised: {
      const auto advert = message.as<AdvertNotice>();
      step_npm(core::CapacityAdvertised{
          core::LbHandle{message.target}, advert.sequence, advert.requirement});
      break;
    }
    case ToNpm::kRunnerReported:
      step_npm(message.as<core::RunnerReported>());
      break;
    case ToNpm::kRunnersListed: {
      const std::uint32_t list = message.as<ListNotice>().list;
      core::RunnersListed listed;
      listed.runners = lists_.at(list);
      for (const core::Member& member : listed.runners) {
        digest_.word(member.runner.value, member.memory_mib);
      }
      step_npm(listed);
      lists_.received(list);
      break;
    }
    case ToNpm::kProvisionAnswered:
      step_npm(message.as<core::ProvisionAnswered>());
      break;
    case ToNpm::kRunnerIdle:
      step_npm(message.as<core::RunnerIdle>());
      break;
  }
}

void GroupWorld::carry_out_npm() {
  const bool changed = !npm_out_.actions.empty() || !npm_out_.facts.empty();
  for (const core::NpmAction& action : npm_out_.actions) {
    note_action(Role::kNpm, 0, action);
    switch (action.kind()) {
      case core::NpmActionKind::kProvisionRunners: {
        const auto order = action.as<core::ProvisionRunners>();
        const std::uint32_t slot = provider_.order(order.order, order.count);
        agenda_.schedule(agenda_.now() + setup_.provider.request_delay,
                         EventClass::kTimer,
                         DueWord{.due = Due::kProviderAnswers, .index = slot}.packed());
        break;
      }
      case core::NpmActionKind::kRemoveRunner:
        remove_runner(action.as<core::RemoveRunner>());
        break;
      case core::NpmActionKind::kDrainRunner:
      case core::NpmActionKind::kReviveRunner:
        // Fn's stub lends one real runner to many entries: it hears of no drain.
        if (setup_.provider.kind == ProviderKind::kSimulated) {
          const bool drain = action.kind() == core::NpmActionKind::kDrainRunner;
          const auto notice = action.as<core::DrainRunner>();
          agenda_.send_control(drain ? ToRunner::kDrainStarted : ToRunner::kDrainStopped,
                               notice.runner.value,
                               core::pack(core::DrainStarted{notice.drain}));
        }
        break;
      case core::NpmActionKind::kPublishMembership:
        membership_generation_ = action.as<core::PublishMembership>().generation;
        publish_membership();
        break;
    }
  }
  for (const core::NpmFact& fact : npm_out_.facts) {
    if (fact.kind() == core::NpmFactKind::kGroupScaled) {
      const auto scaled = fact.as<core::GroupScaled>();
      recorder_.scaled(agenda_.now(),
                       scaled.provisioned,
                       std::uint32_t{scaled.drained} + scaled.cancelled,
                       scaled.revived);
    }
    if (setup_.keep_decisions) {
      decisions_.add(agenda_.now(), fact);
    }
  }
  npm_out_.clear();
  if (changed) {
    count_runners();
  }
}

void GroupWorld::provider_answers(std::uint32_t order) {
  const Provider::Answer answer = provider_.answer(order);
  for (const core::Duration boot : provider_.boots()) {
    agenda_.schedule(core::later(agenda_.now(), boot),
                     EventClass::kTimer,
                     DueWord{.due = Due::kRunnerBooted}.packed());
  }
  for (const Provider::Alias& alias : provider_.added()) {
    runner_slot_.resize(std::max(runner_slot_.size(), alias.entry.value + std::size_t{1}));
    runner_slot_[alias.entry.value] = slot_of(alias.runner);
  }
  if (!provider_.added().empty()) {
    list_changed();
  }
  agenda_.send_control(ToNpm::kProvisionAnswered,
                       0U,
                       core::pack(core::ProvisionAnswered{answer.order, answer.granted}));
  count_runners();
}

void GroupWorld::runner_booted() {
  add_runner(provider_.create());
  list_changed();
}

// The NPM hears of the new list at its next look.
void GroupWorld::list_changed() {
  if (!list_pending_) {
    list_pending_ = true;
    agenda_.schedule(next_tick(agenda_.now(), setup_.provider.list_interval),
                     EventClass::kTimer,
                     DueWord{.due = Due::kListChanged}.packed());
  }
}

void GroupWorld::publish_list() {
  list_pending_ = false;
  agenda_.send_control(
      ToNpm::kRunnersListed, 0U, core::pack(ListNotice{lists_.keep(provider_.list(), 1)}));
}

void GroupWorld::remove_runner(const core::RemoveRunner& action) {
  provider_.remove(action.runner);
  if (setup_.provider.kind == ProviderKind::kSimulated) {
    drop_runner(action.runner, action.busy != 0);
  }
  list_changed();
}

void GroupWorld::publish_membership() {
  const core::Duration poll = setup_.network.membership_poll;
  for (std::uint32_t lb = 0; lb < lbs_.size(); ++lb) {
    if (starting_ || poll == core::Duration::zero()) {
      send_membership(lb);
    } else if (!poll_pending_[lb]) {
      poll_pending_[lb] = true;
      agenda_.schedule(next_tick(agenda_.now(), poll),
                       EventClass::kTimer,
                       DueWord{.due = Due::kMembershipPolled, .index = lb}.packed());
    }
  }
}

void GroupWorld::send_membership(std::uint32_t lb) {
  poll_pending_[lb] = false;
  const core::Words notice = core::pack(MembershipNotice{.generation = membership_generation_,
                                                         .list = lists_.keep(npm_.members(), 1)});
  if (starting_) {
    agenda_.deliver_now(ToLb::kMembership, lb, notice);
  } else {
    agenda_.send_control(ToLb::kMembership, lb, notice);
  }
}

void GroupWorld::count_runners() {
  const core::NodePoolManager::Counts now = npm_.counts();
  const RunnerCounts counts{now.requested, now.booting, now.active, now.draining};
  recorder_.runners_changed(agenda_.now(), counts);
}

}  // namespace fn::sim
