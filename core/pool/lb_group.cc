// SPDX-License-Identifier: Apache-2.0

#include "core/pool/lb_group.h"

#include <algorithm>

#include "core/base/assert.h"

namespace fn::core {

namespace {

// Where `runner` is in a list, or its size.
std::size_t position(std::span<const Member> members, RunnerHandle runner) {
  const auto found = std::find_if(members.begin(), members.end(), [runner](const Member& member) {
    return member.runner == runner;
  });
  return static_cast<std::size_t>(found - members.begin());
}

template <typename Beside>
void erase_at(std::vector<Member>& members, std::vector<Beside>& beside, std::size_t index) {
  members.erase(members.begin() + static_cast<std::ptrdiff_t>(index));
  beside.erase(beside.begin() + static_cast<std::ptrdiff_t>(index));
}

PoolChange change_of(PoolChangeKind kind, RunnerHandle runner, std::uint32_t drain = 0) {
  return PoolChange{kind, runner, 0, 0, drain, Duration::zero()};
}

PoolChange change_of(const OrderBook::Order& order) {
  const RunnerHandle none;
  return PoolChange{PoolChangeKind::kOrdered, none, order.id, order.missing, 0, Duration::zero()};
}

PoolChange change_of(const OrderBook::Failure& failure) {
  const RunnerHandle none;
  return PoolChange{
      PoolChangeKind::kOrderFailed, none, failure.order, failure.missing, 0, failure.pause};
}

template <typename Beside>
void save_members(Writer& out,
                  const std::vector<Member>& members,
                  const std::vector<Beside>& beside) {
  out.list(members);
  out.list(beside);
}

template <typename Beside>
void load_members(Reader& in, std::vector<Member>& members, std::vector<Beside>& beside) {
  in.list(members);
  in.list(beside);
}

}  // namespace

const Member* LbGroup::listed(RunnerHandle runner) const {
  const auto found = std::lower_bound(
      listed_.begin(), listed_.end(), runner, [](const Member& member, RunnerHandle handle) {
        return member.runner < handle;
      });
  return found != listed_.end() && found->runner == runner ? &*found : nullptr;
}

void LbGroup::add_member(Instant now, const Member& member) {
  members_.push_back(member);
  members_since_.push_back(now);
  ++generation_;
}

void LbGroup::list(Instant now, std::span<const Member> runners, Changes& changes) {
  listed_.assign(runners.begin(), runners.end());
  std::sort(listed_.begin(), listed_.end(), [](const Member& left, const Member& right) {
    return left.runner < right.runner;
  });
  lose_unlisted(changes);
  adopt_unknown(now, runners, changes);
}

template <typename Beside>
bool LbGroup::lose_unlisted_of(std::vector<Member>& members,
                               std::vector<Beside>& beside,
                               Changes& changes) {
  bool changed = false;
  std::size_t kept = 0;
  for (std::size_t index = 0; index < members.size(); ++index) {
    const Member* entry = listed(members[index].runner);
    if (entry == nullptr) {
      changes.push_back(change_of(PoolChangeKind::kLost, members[index].runner));
      changed = true;
      continue;
    }
    changed = changed || *entry != members[index];
    members[kept] = *entry;  // its size may have become known
    beside[kept] = beside[index];
    ++kept;
  }
  members.resize(kept);
  beside.resize(kept);
  return changed;
}

void LbGroup::lose_unlisted(Changes& changes) {
  generation_ += lose_unlisted_of(members_, members_since_, changes) ? 1U : 0U;
  lose_unlisted_of(draining_, draining_terms_, changes);
  lose_unlisted_of(retiring_, retiring_terms_, changes);
  removed_.erase(std::remove_if(removed_.begin(),
                                removed_.end(),
                                [this](RunnerHandle runner) { return listed(runner) == nullptr; }),
                 removed_.end());
}

void LbGroup::adopt_unknown(Instant now, std::span<const Member> runners, Changes& changes) {
  known_ = removed_;
  for (const std::vector<Member>* members : {&members_, &draining_, &retiring_}) {
    for (const Member& member : *members) {
      known_.push_back(member.runner);
    }
  }
  if (known_.size() == listed_.size()) {
    return;  // what is left of the known ones is all that is listed
  }
  std::sort(known_.begin(), known_.end());
  const std::size_t first_new = members_.size();
  for (const Member& member : runners) {
    const std::span<const Member> added = std::span<const Member>(members_).subspan(first_new);
    if (!member.runner.valid() || std::binary_search(known_.begin(), known_.end(), member.runner) ||
        position(added, member.runner) < added.size()) {
      continue;
    }
    add_member(now, member);
    last_listed_ = member;
    listed_mib_ += member.memory_mib > 0 ? member.memory_mib : config_.unknown_memory_mib;
    const bool ordered = orders_.deliver();
    adopted_ += ordered ? 0 : 1;
    const PoolChangeKind kind = ordered ? PoolChangeKind::kActive : PoolChangeKind::kAdopted;
    changes.push_back(change_of(kind, member.runner));
  }
}

bool LbGroup::answer(Instant now, std::uint32_t order, std::uint32_t granted, Changes& changes) {
  OrderBook::Failure failure;
  if (!orders_.answer(now, order, granted, failure)) {
    return false;
  }
  if (failure.missing > 0) {
    changes.push_back(change_of(failure));
  }
  return true;
}

LbGroup::Idle LbGroup::idle(RunnerHandle runner, std::uint32_t drain, Changes& changes) {
  const std::size_t among_draining = position(draining_, runner);
  const std::size_t among_retiring = position(retiring_, runner);
  if (among_draining == draining_.size() && among_retiring == retiring_.size()) {
    return is_active(runner) ? Idle::kNotDraining : Idle::kUnknown;
  }
  const std::uint32_t present = among_draining < draining_.size()
                                    ? draining_terms_[among_draining].drain
                                    : retiring_terms_[among_retiring].drain;
  if (drain != present) {
    // It speaks of an earlier drain, and may have taken calls since.
    return Idle::kNotDraining;
  }
  if (!config_.remove_when_idle) {
    return Idle::kTaken;
  }
  if (among_draining < draining_.size()) {
    erase_at(draining_, draining_terms_, among_draining);
  } else {
    erase_at(retiring_, retiring_terms_, among_retiring);
  }
  remove(runner, PoolChangeKind::kRemovedIdle, changes);
  return Idle::kTaken;
}

void LbGroup::remove(RunnerHandle runner, PoolChangeKind kind, Changes& changes) {
  removed_.push_back(runner);
  changes.push_back(change_of(kind, runner));
}

void LbGroup::pass_deadlines(Instant now, Changes& changes) {
  OrderBook::Failure failure;
  while (orders_.fail_overdue(now, failure)) {
    changes.push_back(change_of(failure));
  }
  end_drain(now, draining_, draining_terms_, changes);
  end_drain(now, retiring_, retiring_terms_, changes);
}

void LbGroup::end_drain(Instant now,
                        std::vector<Member>& drained,
                        std::vector<Term>& terms,
                        Changes& changes) {
  // All drains last equally long, so the first begun are the first to end.
  const auto first_left = std::find_if(
      terms.begin(), terms.end(), [now](const Term& term) { return term.until > now; });
  const auto ended = first_left - terms.begin();
  for (std::ptrdiff_t index = 0; index < ended; ++index) {
    const RunnerHandle runner = drained[static_cast<std::size_t>(index)].runner;
    remove(runner, PoolChangeKind::kRemovedAtDeadline, changes);
  }
  drained.erase(drained.begin(), drained.begin() + ended);
  terms.erase(terms.begin(), first_left);
}

void LbGroup::retry_orders(Instant now, Changes& changes) {
  OrderBook::Order order;
  if (orders_.retry(now, order)) {
    changes.push_back(change_of(order));
  }
}

std::uint32_t LbGroup::order(Instant now, std::uint32_t count, Changes& changes) {
  const std::size_t used =
      members_.size() + draining_.size() + retiring_.size() + orders_.ordered();
  const std::size_t room = config_.max_runners > used ? config_.max_runners - used : 0;
  const auto allowed = static_cast<std::uint32_t>(std::min<std::size_t>(count, room));
  OrderBook::Order order;
  if (allowed > 0 && orders_.place(now, allowed, order)) {
    changes.push_back(change_of(order));
  }
  return allowed;
}

void LbGroup::revive(Instant now, std::uint32_t count, Changes& changes) {
  FN_ASSERT(count <= draining_.size());
  for (std::uint32_t done = 0; done < count; ++done) {
    const Member member = draining_.back();
    draining_.pop_back();
    draining_terms_.pop_back();
    add_member(now, member);
    changes.push_back(change_of(PoolChangeKind::kRevived, member.runner));
  }
}

LbGroup::Term LbGroup::next_term(Instant now) {
  return Term{later(now, config_.drain_deadline), ++drains_, 0};
}

void LbGroup::drain(Instant now, std::uint32_t count, Changes& changes) {
  FN_ASSERT(count <= members_.size());
  for (std::uint32_t done = 0; done < count; ++done) {
    draining_.push_back(members_.back());
    draining_terms_.push_back(next_term(now));
    members_.pop_back();
    members_since_.pop_back();
    ++generation_;
    changes.push_back(change_of(
        PoolChangeKind::kDraining, draining_.back().runner, draining_terms_.back().drain));
  }
}

void LbGroup::retire(Instant now, RunnerHandle runner, Changes& changes) {
  const std::size_t index = position(members_, runner);
  FN_ASSERT(index < members_.size());
  retiring_.push_back(members_[index]);
  retiring_terms_.push_back(next_term(now));
  erase_at(members_, members_since_, index);
  ++generation_;
  changes.push_back(change_of(PoolChangeKind::kReplaced, runner, retiring_terms_.back().drain));
}

bool LbGroup::is_active(RunnerHandle runner) const {
  return position(members_, runner) < members_.size();
}

Instant LbGroup::next_deadline() const {
  Instant next = orders_.next_deadline();
  if (!draining_terms_.empty()) {
    next = std::min(next, draining_terms_.front().until);
  }
  if (!retiring_terms_.empty()) {
    next = std::min(next, retiring_terms_.front().until);
  }
  return next;
}

void LbGroup::save(Writer& out) const {
  orders_.save(out);
  save_members(out, members_, members_since_);
  save_members(out, draining_, draining_terms_);
  save_members(out, retiring_, retiring_terms_);
  out.list(removed_);
  out.pod(generation_);
  out.pod(drains_);
  out.pod(listed_mib_);
  out.pod(adopted_);
  out.pod(last_listed_);
}

Status LbGroup::load(Reader& in) {
  if (Status orders = orders_.load(in); !orders) {
    return orders;
  }
  load_members(in, members_, members_since_);
  load_members(in, draining_, draining_terms_);
  load_members(in, retiring_, retiring_terms_);
  in.list(removed_);
  in.pod(generation_);
  in.pod(drains_);
  in.pod(listed_mib_);
  in.pod(adopted_);
  in.pod(last_listed_);
  if (in.failed() || members_.size() != members_since_.size() ||
      draining_.size() != draining_terms_.size() || retiring_.size() != retiring_terms_.size()) {
    return fail(ErrorCode::kInvalidArgument, "saved runners: cut short or of two minds");
  }
  return {};
}

}  // namespace fn::core
