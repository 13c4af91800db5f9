// SPDX-License-Identifier: Apache-2.0

#include "core/npm/node_pool_manager.h"

#include <algorithm>
#include <variant>

#include "core/base/assert.h"
#include "core/base/hash.h"

namespace fn::core {

namespace {

std::uint16_t clamp_to_u16(std::uint32_t value) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(value, 0xffffU));
}

NpmConfig in_force(const NpmConfig& config, const GroupScaler* scaler) {
  FN_ASSERT(scaler != nullptr);
  return scaler->seed_rules() ? with_seed_rules(config) : config;
}

// Orders of another incarnation may still be answered: theirs must not be taken for ours.
constexpr std::uint32_t kOrdersPerIncarnation = 1U << 20;

// Changes with the layout of the saved state.
constexpr std::uint64_t kSavedForm = 2;

}  // namespace

NodePoolManager::NodePoolManager(const NpmConfig& config, std::uint32_t incarnation)
    : scaler_(make_scaler(config.scaler, config.scaling)),
      merger_(in_force(config, scaler_.get()).merging),
      group_(in_force(config, scaler_.get()).pool, incarnation * kOrdersPerIncarnation),
      rested_(in_force(config, scaler_.get()).health),
      scaler_key_(siphash24(0, 0, config.scaler)),
      seed_rules_(scaler_->seed_rules()),
      first_list_wait_(seed_rules_ ? Duration::zero() : config.first_list_wait),
      first_generation_(std::uint64_t{incarnation} << 32) {}

void NodePoolManager::begin(Instant now) {
  FN_ASSERT(now >= now_);
  now_ = now;
  if (start_at_ == kNever) {
    start_at_ = later(now, first_list_wait_);
    last_call_ = now;
  }
}

void NodePoolManager::ignore(IgnoredNpmEvent what, std::uint32_t subject, NpmOut& out) {
  out.note(NpmEventIgnored{what, subject});
}

void NodePoolManager::step(Instant now, const CapacityAdvertised& event, NpmOut& out) {
  begin(now);
  switch (merger_.merge(now, event.lb, event.sequence, event.requirement)) {
    case CapacityMerger::Outcome::kOldSequence:
      ignore(IgnoredNpmEvent::kOldSequence, event.lb.value, out);
      return;
    case CapacityMerger::Outcome::kTooManyLbs:
      ignore(IgnoredNpmEvent::kTooManyLbs, event.lb.value, out);
      return;
    case CapacityMerger::Outcome::kRenewed:
      last_call_ = now;
      if (!seed_rules_) {
        return;
      }
      break;
    case CapacityMerger::Outcome::kChanged:
      last_call_ = now;
      reassess_rested(now);
      break;
  }
  decide(now, DecideCause::kAdvertised, out);
  publish(out);
}

void NodePoolManager::step(Instant now, const RunnerReported& event, NpmOut& out) {
  begin(now);
  if (!group_.is_active(event.runner)) {
    ignore(IgnoredNpmEvent::kUnknownRunner, event.runner.value, out);
    return;
  }
  rested_.report(event.lb, event.runner, event.rested != 0);
  reassess_rested(now);
}

void NodePoolManager::step(Instant now, const RunnersListed& event, NpmOut& out) {
  begin(now);
  group_.list(now, event.runners, changes_);
  const bool first = listed_ == 0;
  listed_ = 1;
  started_ = 1;
  if (changes_.empty() && !first && published_ == group_.generation()) {
    return;
  }
  tell(out);
  decide(now, DecideCause::kListed, out);
  if (first && first_generation_ > 0 && group_.generation() == 0) {
    // The LBs may still hold what an earlier incarnation told them.
    out.act(PublishMembership{first_generation_, 0});
  }
  publish(out);
}

void NodePoolManager::step(Instant now, const ProvisionAnswered& event, NpmOut& out) {
  begin(now);
  if (!group_.answer(now, event.order, event.granted, changes_)) {
    ignore(IgnoredNpmEvent::kUnknownOrder, event.order, out);
    return;
  }
  tell(out);
}

void NodePoolManager::step(Instant now, const RunnerIdle& event, NpmOut& out) {
  begin(now);
  switch (group_.idle(event.runner, event.drain, changes_)) {
    case LbGroup::Idle::kTaken:
      break;
    case LbGroup::Idle::kNotDraining:
      ignore(IgnoredNpmEvent::kRunnerNotDraining, event.runner.value, out);
      break;
    case LbGroup::Idle::kUnknown:
      ignore(IgnoredNpmEvent::kUnknownRunner, event.runner.value, out);
      break;
  }
  tell(out);
}

void NodePoolManager::step(Instant now, const NpmDeadlineReached& /*event*/, NpmOut& out) {
  begin(now);
  bool expired = false;
  expire_claims(now, expired, out);
  group_.pass_deadlines(now, changes_);
  tell(out);
  replace_rested(now, out);
  decide(now, expired ? DecideCause::kExpired : DecideCause::kDeadline, out);
  group_.retry_orders(now, changes_);
  tell(out);
  publish(out);
}

void NodePoolManager::step(Instant now, const NpmEvent& event, NpmOut& out) {
  std::visit([this, now, &out](const auto& body) { step(now, body, out); }, event);
}

void NodePoolManager::expire_claims(Instant now, bool& expired, NpmOut& out) {
  CapacityMerger::ExpiredClaim claim;
  while (merger_.expire_one(now, claim)) {
    expired = true;
    rested_.forget(claim.lb);
    out.note(RequirementExpired{claim.lb, claim.requirement.memory_mib});
  }
  if (expired) {
    reassess_rested(now);
  }
}

void NodePoolManager::reassess_rested(Instant now) {
  if (!rested_.empty()) {
    rested_.reassess(
        now, merger_.claims(), [this](LbHandle lb) { return merger_.holds_claim(lb); });
  }
}

void NodePoolManager::replace_rested(Instant now, NpmOut& out) {
  const RunnerHandle runner = rested_.take_due(now);
  if (runner.valid()) {
    group_.retire(now, runner, changes_);
    tell(out);
  }
}

GroupView NodePoolManager::view(Instant now, DecideCause cause) const {
  GroupView view;
  view.now = now;
  view.cause = cause;
  view.demand = merger_.total();
  view.last_call = last_call_;
  view.active = group_.members();
  view.active_since = group_.members_since();
  view.draining = group_.draining();
  view.ordered = group_.orders().ordered();
  view.paused = group_.orders().paused();
  view.adopted = group_.adopted();
  view.listed_mib = group_.listed_mib();
  view.refused = group_.orders().forgotten() + refused_;
  view.newest = group_.last_listed();
  return view;
}

void NodePoolManager::decide(Instant now, DecideCause cause, NpmOut& out) {
  if (started_ == 0) {
    if (now < start_at_) {
      return;
    }
    started_ = 1;
  }
  GroupDecision decision;
  scaler_->decide(view(now, cause), decision);
  FN_ASSERT(decision.reconsider_at > now);
  reconsider_at_ = decision.reconsider_at;
  if (decision.acts()) {
    carry_out(now, decision, out);
  }
}

void NodePoolManager::carry_out(Instant now, const GroupDecision& decision, NpmOut& out) {
  const std::uint32_t cancelled = group_.cancel(decision.cancel);
  FN_ASSERT(cancelled == decision.cancel);
  group_.revive(now, decision.revive, changes_);
  const std::uint32_t provisioned = group_.order(now, decision.provision, changes_);
  const std::uint32_t cut = decision.provision - provisioned;
  refused_ += cut;
  group_.drain(now, decision.drain, changes_);
  if (decision.revive + provisioned + decision.drain + cancelled > 0) {
    const std::uint32_t limits = decision.limits | (cut > 0 ? kLimitMax : kLimitNone);
    out.note(GroupScaled{clamp_to_u32(merger_.total().memory_mib),
                         decision.wish,
                         decision.target - cut,
                         limits,
                         clamp_to_u16(provisioned),
                         clamp_to_u16(decision.revive),
                         clamp_to_u16(decision.drain),
                         clamp_to_u16(cancelled)});
  }
  tell(out);
}

void NodePoolManager::tell(NpmOut& out) {
  for (const PoolChange& change : changes_) {
    tell(change, out);
  }
  changes_.clear();
}

void NodePoolManager::tell(const PoolChange& change, NpmOut& out) {
  const auto changed = [&change, &out](RunnerChange what) {
    out.note(RunnerChanged{change.runner, what});
  };
  switch (change.kind) {
    case PoolChangeKind::kOrdered:
      out.act(ProvisionRunners{change.order, change.count});
      break;
    case PoolChangeKind::kOrderFailed:
      out.note(OrderFailed{change.order, change.count, change.pause});
      break;
    case PoolChangeKind::kActive:
      changed(RunnerChange::kActive);
      break;
    case PoolChangeKind::kAdopted:
      changed(RunnerChange::kAdopted);
      // It may have been draining for another NPM.
      if (!seed_rules_) {
        out.act(ReviveRunner{change.runner});
      }
      break;
    case PoolChangeKind::kLost:
      changed(RunnerChange::kLost);
      rested_.forget(change.runner);
      break;
    case PoolChangeKind::kDraining:
      changed(RunnerChange::kDraining);
      rested_.forget(change.runner);
      if (!seed_rules_) {
        out.act(DrainRunner{change.runner, change.drain});
      }
      break;
    case PoolChangeKind::kReplaced:
      changed(RunnerChange::kReplaced);
      out.act(DrainRunner{change.runner, change.drain});
      break;
    case PoolChangeKind::kRevived:
      changed(RunnerChange::kRevived);
      if (!seed_rules_) {
        out.act(ReviveRunner{change.runner});
      }
      break;
    case PoolChangeKind::kRemovedIdle:
      changed(RunnerChange::kRemovedIdle);
      out.act(RemoveRunner{change.runner, 0});
      break;
    case PoolChangeKind::kRemovedAtDeadline:
      changed(RunnerChange::kRemovedAtDeadline);
      out.act(RemoveRunner{change.runner, 1});
      break;
  }
}

void NodePoolManager::publish(NpmOut& out) {
  if (published_ == group_.generation()) {
    return;
  }
  published_ = group_.generation();
  out.act(PublishMembership{first_generation_ + published_, group_.members().size()});
}

Instant NodePoolManager::next_deadline() const {
  Instant next = std::min({merger_.next_expiry(), group_.next_deadline(), reconsider_at_});
  next = std::min(next, rested_.next_deadline());
  // Before the first decision only somebody's wish, or the provider's list, is waited for.
  return started_ == 0 ? std::min(next, start_at_) : next;
}

NodePoolManager::Counts NodePoolManager::counts() const {
  const OrderBook& orders = group_.orders();
  const std::uint32_t booting = orders.booting();
  return Counts{orders.ordered() - booting,
                booting,
                static_cast<std::uint32_t>(group_.members().size()),
                static_cast<std::uint32_t>(group_.draining().size() + group_.retiring())};
}

void NodePoolManager::save(Writer& out) const {
  out.pod(kSavedForm);
  out.pod(scaler_key_);
  merger_.save(out);
  group_.save(out);
  rested_.save(out);
  scaler_->save(out);
  out.pod(first_generation_);
  out.pod(published_);
  out.pod(refused_);
  for (const Instant at : {now_, last_call_, reconsider_at_, start_at_}) {
    out.pod(to_ns(at));
  }
  out.pod(started_);
  out.pod(listed_);
}

Status NodePoolManager::load(Reader& in) {
  std::uint64_t form = 0;
  std::uint64_t scaler_key = 0;
  in.pod(form);
  in.pod(scaler_key);
  if (form != kSavedForm || scaler_key != scaler_key_) {
    return fail(ErrorCode::kInvalidArgument,
                "saved node pool manager: of another version or scaler");
  }
  Status status = merger_.load(in);
  if (status) {
    status = group_.load(in);
  }
  if (status) {
    status = rested_.load(in);
  }
  if (status) {
    status = scaler_->load(in);
  }
  if (!status) {
    return status;
  }
  in.pod(first_generation_);
  in.pod(published_);
  in.pod(refused_);
  for (Instant* at : {&now_, &last_call_, &reconsider_at_, &start_at_}) {
    std::int64_t nanoseconds = 0;
    in.pod(nanoseconds);
    *at = Instant(Duration(nanoseconds));
  }
  in.pod(started_);
  in.pod(listed_);
  if (in.failed()) {
    return fail(ErrorCode::kInvalidArgument, "saved node pool manager: cut short");
  }
  return {};
}

}  // namespace fn::core
