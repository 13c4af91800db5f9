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

// It wants less of one resource, and no more of the other.
bool is_smaller(const FunctionSpec& small, const FunctionSpec& large) {
  return small.memory <= large.memory && small.cpu <= large.cpu &&
         (small.memory < large.memory || small.cpu < large.cpu);
}

}  // namespace

void LoadBalancer::wait(CallHandle handle, RefusalReason reason, LbOut& out) {
  Call& call = calls_[handle.value];
  if (timeout_of(call) <= now_) {
    const bool may_wait = timeout_of(call) > Instant(Duration(call.arrived_ns));
    end(handle,
        may_wait ? CallOutcome::kTimedOut : CallOutcome::kRefused,
        may_wait ? RefusalReason::kTimedOut : reason,
        out);
    return;
  }
  if (!waiting_.has_room(handle, call.body_bytes)) {
    end(handle, CallOutcome::kRefused, RefusalReason::kQueueFull, out);
    return;
  }
  call.state = State::kWaiting;
  call.queued = 1;
  waiting_.insert(handle, call.number, call.body_bytes);
  CallHandle& first = first_of_[call.detached];
  if (!first.valid() || comes_before(call.number, calls_[first.value].number)) {
    first = handle;
  }
  out.note(CallQueued{.call = handle, .waiting = waiting_.count(), .reason = reason});
  if (placer_->every_call_polls()) {
    passes_.set(now_ + config_.pass_pause, handle.value, call.number);
    pass_at_ = std::min(pass_at_, now_ + config_.pass_pause);
  } else if (waiting_.first() == handle) {
    if (const CallHandle next = waiting_.after(handle); next.valid()) {
      // It was head only while this one was away.
      calls_[next.value].probe_at_ns = 0;
    }
    arm_probe();
  }
}

void LoadBalancer::unqueue(CallHandle handle) {
  const std::uint8_t detached = calls_[handle.value].detached;
  CallHandle& first = first_of_[detached];
  if (handle == first) {
    do {
      first = waiting_.after(first);
    } while (first.valid() && calls_[first.value].detached != detached);
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
// heads of several LBs do not probe in step. The time stays the call's own while it is away on an
// offer, or refusals of the runners that finish calls would put it off again and again.
void LoadBalancer::arm_probe() {
  probe_at_ = kNever;
  if (waiting_.empty() || probing_.valid() || placer_->every_call_polls()) {
    return;
  }
  Call& head = calls_[waiting_.first().value];
  if (head.probe_at_ns == 0) {
    Duration pause = config_.probe_first;
    for (std::uint32_t count = head.probes; count > 0 && pause < config_.probe_max; --count) {
      pause *= 2;
    }
    pause = std::min(pause, config_.probe_max);
    const auto half = static_cast<std::uint64_t>(pause.count() / 2);
    head.probe_at_ns = to_ns(now_ + pause) - static_cast<std::int64_t>(rng_.below(half + 1));
  }
  probe_at_ = std::max(now_, Instant(Duration(head.probe_at_ns)));
}

// The runner has answered an offer from the queue; true when room appeared there meanwhile.
bool LoadBalancer::end_turn(CallHandle handle) {
  Call& call = calls_[handle.value];
  if (call.turn == Turn::kOvertaking && call.state == State::kOffered) {
    if (Call* head = passed_head(call); head != nullptr) {
      --head->overtaken;
    }
  }
  call.turn = Turn::kOwn;
  if (probing_ == handle) {
    probing_ = CallHandle{};
  }
  return pool_.end_offer(call.view);
}

// The head that the call goes past, unless that one was taken or has ended in the meantime.
LoadBalancer::Call* LoadBalancer::passed_head(const Call& call) {
  Call& head = calls_[call.head.value];
  const bool looks = head.state == State::kWaiting || head.state == State::kOffered;
  return looks && comes_before(head.number, call.number) ? &head : nullptr;
}

// The runner took a waiting call and may take the next. One that refused the head is asked for
// another smaller call, not for the same again.
void LoadBalancer::offer_next(CallHandle handle, LbOut& out) {
  const Call& call = calls_[handle.value];
  const bool overtook = call.turn == Turn::kOvertaking;
  const bool room_since = end_turn(handle);
  const CallHandle head = waiting_.first();
  if (overtook && !room_since && head.valid() && passed_head(call) == &calls_[head.value]) {
    offer_smaller(call.view, out);
  } else {
    offer_waiting(call.view, out);
  }
  arm_probe();
}

// Room may have appeared on this runner: offers it the head. The next follows when it accepts.
void LoadBalancer::offer_waiting(std::uint32_t view, LbOut& out) {
  if (pool_.offering(view)) {
    pool_.note_room(view);
    return;
  }
  const Candidate* candidate = pool_.candidate(view);
  if (waiting_.empty() || placer_->every_call_polls() || candidate == nullptr) {
    return;
  }
  const CallHandle head = waiting_.first();
  const FunctionSpec& spec = functions_[calls_[head.value].function];
  if (candidate->can_take(spec) && !pool_.too_large(view, spec, now_)) {
    leave_queue(head);
    offer(head, view, Turn::kQueue, out);
  } else if (candidate->usable != 0) {
    offer_smaller(view, out);
  }
}

// The head was refused here: a smaller call may go past it. REQUIRES: a call waits.
void LoadBalancer::offer_smaller(std::uint32_t view, LbOut& out) {
  const Candidate* candidate = pool_.candidate(view);
  const CallHandle head = waiting_.first();
  Call& large = calls_[head.value];
  if (candidate == nullptr || large.overtaken >= config_.overtakes_max) {
    return;
  }
  const FunctionSpec& size = functions_[large.function];
  CallHandle handle = waiting_.after(head);
  for (int looked = 0; handle.valid() && looked < kOvertakeSearch; ++looked) {
    const FunctionSpec& small = functions_[calls_[handle.value].function];
    if (is_smaller(small, size) && candidate->can_take(small)) {
      ++large.overtaken;
      calls_[handle.value].head = head;
      unqueue(handle);
      offer(handle, view, Turn::kOvertaking, out);
      return;
    }
    handle = waiting_.after(handle);
  }
}

// Every runner that seems to have room is offered a call.
void LoadBalancer::offer_to_all(LbOut& out) {
  if (placer_->every_call_polls()) {
    return;
  }
  for (std::uint32_t position = 0; position < pool_.members() && !waiting_.empty(); ++position) {
    offer_waiting(pool_.view_at(position), out);
  }
}

// Each kind waits in order of arrival, so of time-out.
void LoadBalancer::end_timed_out(LbOut& out) {
  for (;;) {
    CallHandle due;
    for (const CallHandle first : first_of_) {
      if (first.valid() && timeout_of(calls_[first.value]) <= now_ &&
          (!due.valid() || comes_before(calls_[first.value].number, calls_[due.value].number))) {
        due = first;
      }
    }
    if (!due.valid()) {
      return;
    }
    leave_queue(due);
    end(due, CallOutcome::kTimedOut, RefusalReason::kTimedOut, out);
  }
}

bool LoadBalancer::polls_at(const TimerLane::Timer& timer) const {
  return waiting_.holds(CallHandle{timer.subject}) &&
         calls_[timer.subject].number == timer.generation;
}

// Fn's rule: the calls whose pause is over try every runner again.
void LoadBalancer::poll_due(LbOut& out) {
  if (pass_at_ > now_) {
    return;
  }
  const auto waits = [this](const TimerLane::Timer& timer) {
    return polls_at(timer);
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
  call.probes = static_cast<std::uint8_t>(std::min(call.probes + 1, 255));
  call.probe_at_ns = 0;
  if (position == Placer::kNone) {
    // No runner can take it; that must not keep smaller calls from those that have room.
    offer_to_all(out);
    arm_probe();
  } else if (pool_.offering(pool_.view_at(position))) {
    arm_probe();
  } else {
    probing_ = head;
    leave_queue(head);
    offer(head, pool_.view_at(position), Turn::kQueue, out);
  }
}

// A call that has waited still does while it is out on an offer.
void LoadBalancer::advertise(LbOut& out) {
  MemoryMib largest{0};
  Duration oldest{};
  const auto count = [&](const Call& call) {
    oldest = std::max(oldest, waited(call));
    largest = std::max(largest, functions_[call.function].memory);
  };
  for (CallHandle handle = waiting_.first(); handle.valid(); handle = waiting_.after(handle)) {
    count(calls_[handle.value]);
  }
  if (away_ > 0) {
    for (const Call& call : calls_) {
      if (call.state == State::kOffered && call.queued != 0) {
        count(call);
      }
    }
  }
  const Requirement requirement = advertiser_.take(now_, waiting_.count() + away_, oldest, largest);
  out.act(AdvertiseCapacity{.sequence = advertiser_.sequence(), .requirement = requirement});
}

}  // namespace fn::core
