// SPDX-License-Identifier: Apache-2.0
//
// The load balancer's waiting calls: who is offered again, when, and to whom.

#include <algorithm>

#include "core/base/assert.h"
#include "core/lb/lb_call_path.h"
#include "core/lb/load_balancer.h"

namespace fn::core {

namespace {

// How far behind a refused head a smaller call is looked for.
constexpr int kOvertakeSearch = 64;

}  // namespace

void LoadBalancer::wait(CallHandle handle, RefusalReason reason, LbOut& out) {
  Call& call = calls_[handle.value];
  if (timeout_of(call) <= now_) {
    end(handle, CallOutcome::kTimedOut, RefusalReason::kTimedOut, out);
    return;
  }
  if (!waiting_.has_room(call.body_bytes)) {
    end(handle, CallOutcome::kRefused, RefusalReason::kQueueFull, out);
    return;
  }
  call.state = State::kWaiting;
  waiting_.insert(handle, call.number, call.body_bytes);
  if (call.detached != 0 &&
      (!first_detached_.valid() || call.number < calls_[first_detached_.value].number)) {
    first_detached_ = handle;
  }
  out.note(CallQueued{.call = handle, .waiting = waiting_.count(), .reason = reason});
  if (placer_->every_call_polls()) {
    passes_.set(now_ + config_.pass_pause, handle.value, call.number);
    pass_at_ = std::min(pass_at_, now_ + config_.pass_pause);
  } else if (waiting_.first() == handle) {
    arm_probe();
  }
}

void LoadBalancer::unqueue(CallHandle handle) {
  if (handle == first_detached_) {
    do {
      first_detached_ = waiting_.after(first_detached_);
    } while (first_detached_.valid() && calls_[first_detached_.value].detached == 0);
  }
  waiting_.remove(handle);
}

void LoadBalancer::leave_queue(CallHandle handle) {
  const bool was_head = waiting_.first() == handle;
  unqueue(handle);
  if (placer_->every_call_polls()) {
    passes_.cancel();
  } else if (was_head) {
    arm_probe();
  }
}

// The head probes after a pause that doubles with its probes, spread downwards by half, so that the
// heads of several LBs do not probe in step.
void LoadBalancer::arm_probe() {
  probe_at_ = kNever;
  if (waiting_.empty()) {
    return;
  }
  Duration pause = config_.probe_first;
  for (std::uint32_t count = calls_[waiting_.first().value].probes;
       count > 0 && pause < config_.probe_max;
       --count) {
    pause *= 2;
  }
  pause = std::min(pause, config_.probe_max);
  const auto half = static_cast<std::uint64_t>(pause.count() / 2);
  probe_at_ = now_ + pause - Duration(static_cast<std::int64_t>(rng_.below(half + 1)));
}

// Room may have appeared on this runner: offers it the head. The next follows when it accepts.
void LoadBalancer::offer_waiting(std::uint32_t view, LbOut& out) {
  if (waiting_.empty() || placer_->every_call_polls() || pool_.offering(view)) {
    return;
  }
  const Candidate* candidate = pool_.candidate(view);
  if (candidate == nullptr) {
    return;
  }
  const CallHandle head = waiting_.first();
  if (candidate->can_take(functions_[calls_[head.value].function])) {
    leave_queue(head);
    offer(head, view, true, out);
  } else if (candidate->usable != 0) {
    offer_smaller(view, out);
  }
}

// The head was refused here: a smaller call may go past it.
void LoadBalancer::offer_smaller(std::uint32_t view, LbOut& out) {
  const Candidate* candidate = pool_.candidate(view);
  const CallHandle head = waiting_.first();
  if (candidate == nullptr || calls_[head.value].overtaken >= config_.overtakes_max) {
    return;
  }
  const FunctionSpec& large = functions_[calls_[head.value].function];
  CallHandle handle = waiting_.after(head);
  for (int looked = 0; handle.valid() && looked < kOvertakeSearch; ++looked) {
    const FunctionSpec& small = functions_[calls_[handle.value].function];
    if (small.memory < large.memory && candidate->can_take(small)) {
      ++calls_[head.value].overtaken;
      out.note(CallOvertook{.call = handle, .head = head});
      unqueue(handle);
      offer(handle, view, true, out);
      return;
    }
    handle = waiting_.after(handle);
  }
}

// The membership changed: every runner that seems to have room is offered a call.
void LoadBalancer::offer_to_all(LbOut& out) {
  if (placer_->every_call_polls()) {
    return;
  }
  for (std::uint32_t position = 0; position < pool_.members() && !waiting_.empty(); ++position) {
    offer_waiting(pool_.view_at(position), out);
  }
}

void LoadBalancer::end_timed_out(LbOut& out) {
  // In order of arrival, so of time-out, but for detached calls, which may wait less.
  CallHandle handle = waiting_.first();
  while (handle.valid()) {
    const CallHandle next = waiting_.after(handle);
    if (timeout_of(calls_[handle.value]) <= now_) {
      leave_queue(handle);
      end(handle, CallOutcome::kTimedOut, RefusalReason::kTimedOut, out);
    } else if (!first_detached_.valid()) {
      return;
    }
    handle = next;
  }
}

// Fn's rule: the calls whose pause is over try every runner again.
void LoadBalancer::poll_due(LbOut& out) {
  if (pass_at_ > now_) {
    return;
  }
  const auto waits = [this](const TimerLane::Timer& timer) {
    return waiting_.holds(CallHandle{timer.subject}) &&
           calls_[timer.subject].number == timer.generation;
  };
  const TimerLane::Timer* timer = passes_.head(waits);
  while (timer != nullptr && timer->at <= now_) {
    const CallHandle handle{timer->subject};
    passes_.pop();
    unqueue(handle);
    search(handle, out);
    timer = passes_.head(waits);
  }
  pass_at_ = timer == nullptr ? kNever : timer->at;
}

// The head tries one runner, the next of its pass; other LBs may have freed it.
void LoadBalancer::probe_head(LbOut& out) {
  const CallHandle head = waiting_.first();
  FN_ASSERT(head.valid());
  Call& call = calls_[head.value];
  const FunctionSpec& spec = functions_[call.function];
  std::uint32_t position = Placer::kNone;
  if (call.membership == memberships_ && call.attempts > 0) {
    position = placer_->next(pool_.view(), spec, call.session);
  }
  if (position == Placer::kNone) {
    call.membership = memberships_;
    position = placer_->first(pool_.view(), call.function, spec, call.session);
  }
  ++call.probes;
  if (position == Placer::kNone || pool_.offering(pool_.view_at(position))) {
    arm_probe();
    return;
  }
  leave_queue(head);
  offer(head, pool_.view_at(position), true, out);
}

void LoadBalancer::advertise(LbOut& out) {
  MemoryMib largest{0};
  Duration oldest{};
  if (!waiting_.empty()) {
    oldest = waited(calls_[waiting_.first().value]);
    for (CallHandle handle = waiting_.first(); handle.valid(); handle = waiting_.after(handle)) {
      largest = std::max(largest, functions_[calls_[handle.value].function].memory);
    }
  }
  const Requirement requirement = advertiser_.take(now_, waiting_.count(), oldest, largest);
  out.act(AdvertiseCapacity{.sequence = advertiser_.sequence(), .requirement = requirement});
}

}  // namespace fn::core
