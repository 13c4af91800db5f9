// SPDX-License-Identifier: Apache-2.0

#include "core/lb/load_balancer.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/lb/lb_call_path.h"

namespace fn::core {

LoadBalancer::LoadBalancer(const LbConfig& config, const FunctionTable& functions, const Rng& rng)
    : config_(config),
      functions_(functions),
      rng_(rng.fork("lb")),
      placer_(make_placer(config.placer, config.placement, rng.fork("placement"))),
      pool_(config.health, config.runners_refuse_when_full),
      advertiser_({.period = config.advertise_every, .phase = config.advertise_phase}),
      waiting_(config.waiting_calls_max, config.waiting_bytes_max) {
  FN_ASSERT(placer_ != nullptr);
  placer_->members_changed(pool_.view());
}

void LoadBalancer::step(Instant now, const CallArrived& event, LbOut& out) {
  advance(now);
  if (event.call.value >= calls_.size()) {
    calls_.resize(event.call.value + std::size_t{1});
  }
  Call& call = calls_[event.call.value];
  FN_ASSERT(call.state == State::kEnded);
  call.arrived_ns = to_ns(now);
  call.probe_at_ns = 0;
  call.number = ++arrivals_;
  call.function = event.function;
  call.body_bytes = event.body_bytes;
  call.attempts = 0;
  call.probes = 0;
  call.overtaken = 0;
  call.queued = 0;
  call.detached = static_cast<std::uint8_t>(event.detached);
  call.turn = Turn::kOwn;
  const FunctionSpec& spec = functions_[event.function];
  FN_ASSERT(spec.group == config_.group);
  advertiser_.assign(now, spec.memory, spec.cpu);
  if (is_too_large(spec) || pool_.fits_nowhere(spec, now)) {
    end(event.call, CallOutcome::kRefused, RefusalReason::kTooLarge, out);
  } else if (!waiting_.empty() && !placer_->every_call_polls()) {
    // Whoever waits already goes first.
    wait(event.call, pool_.members() == 0 ? RefusalReason::kNoRunner : RefusalReason::kNoRoom, out);
  } else {
    search(event.call, out);
  }
}

void LoadBalancer::step(Instant now, const CallerGone& event, LbOut& out) {
  advance(now);
  if (event.call.value >= calls_.size() || calls_[event.call.value].state == State::kEnded) {
    out.note(LbEventIgnored{.what = IgnoredLbEvent::kUnknownCall, .subject = event.call.value});
    return;
  }
  Call& call = calls_[event.call.value];
  if (call.state == State::kWaiting) {
    leave_queue(event.call);
    end(event.call, CallOutcome::kFailed, RefusalReason::kCallerGone, out);
    return;
  }
  const std::uint32_t view = call.view;
  if (call.state == State::kOffered) {
    come_back(call);
  }
  out.act(CancelCall{event.call, call.function, pool_.runner(view), call.attempt});
  if (call.turn != Turn::kOwn) {
    end_turn(event.call);
  }
  pool_.release(view, functions_[call.function]);
  end(event.call, CallOutcome::kFailed, RefusalReason::kCallerGone, out);
  offer_waiting(view, out);
  arm_probe();
}

void LoadBalancer::step(Instant now, const CallAccepted& event, LbOut& out) {
  advance(now);
  const Call* call = find(event.call, event.attempt, State::kOffered, out);
  if (call == nullptr) {
    return;
  }
  accepted(event.call, out);
  if (call->turn != Turn::kOwn) {
    offer_next(event.call, out);
  }
}

void LoadBalancer::step(Instant now, const CallNacked& event, LbOut& out) {
  advance(now);
  const Call* call = find(event.call, event.attempt, State::kOffered, out);
  if (call == nullptr) {
    return;
  }
  if (event.reason != RefusalReason::kRunnerBroken) {
    pool_.heard(call->view, now, false);
  } else if (const Duration pause = pool_.broke(call->view, now); pause > Duration::zero()) {
    note_rest(call->view, false, pause, out);
  }
  refused(event.call, event.reason, out);
}

void LoadBalancer::step(Instant now, const CallFinished& event, LbOut& out) {
  advance(now);
  Call* call = find(event.call, event.attempt, State::kRunning, out);
  if (call == nullptr) {
    return;
  }
  const std::uint32_t view = call->view;
  if (call->state == State::kOffered) {
    // The acceptance was overtaken on its way here.
    accepted(event.call, out);
    if (call->turn != Turn::kOwn) {
      end_turn(event.call);
      arm_probe();
    }
  } else if (pool_.heard(view, now, true)) {
    out.act(ReportRunner{.runner = pool_.runner(view), .rested = 0});
  }
  pool_.release(view, functions_[call->function]);
  retry_after_.finished(now);
  end(event.call, event.outcome, RefusalReason::kNone, out);
  if (!waiting_.at_rest()) {
    offer_waiting(view, out);
  }
}

void LoadBalancer::step(Instant now, const MembershipReceived& event, LbOut& out) {
  advance(now);
  if (event.generation != 0 && event.generation <= membership_generation_) {
    out.note(LbEventIgnored{.what = IgnoredLbEvent::kOldMembership,
                            .subject = static_cast<std::uint32_t>(event.generation)});
    return;
  }
  membership_generation_ = event.generation;
  if (!pool_.set_members(event.members)) {
    return;
  }
  ++memberships_;
  placer_->members_changed(pool_.view());
  if (pool_.due() <= now) {
    look_at_runners(out);
  }
  offer_to_all(out);
}

void LoadBalancer::step(Instant now, const LbDeadlineReached& /*event*/, LbOut& out) {
  advance(now);
  end_timed_out(out);
  // Before the queue: it may send calls back there.
  if (pool_.due() <= now) {
    look_at_runners(out);
  }
  poll_due(out);
  if (probe_at_ <= now) {
    probe_head(out);
  }
  if (advertiser_.due() <= now) {
    advertise(out);
  }
}

void LoadBalancer::step(Instant now, const LbEvent& event, LbOut& out) {
  std::visit([&](const auto& concrete) { step(now, concrete, out); }, event);
}

// REQUIRES: a call waits.
Instant LoadBalancer::deadline_of_waiting() const {
  Instant next = kNever;
  for (const CallHandle first : first_of_) {
    next = first.valid() ? earlier(next, timeout_of(calls_[first.value])) : next;
  }
  return next;
}

Instant LoadBalancer::timeout_of(const Call& call) const {
  return later(Instant(Duration(call.arrived_ns)),
               call.detached != 0 ? config_.detached_timeout : config_.placement_timeout);
}

// Goes on to the next runner after a refusal, or waits when the pass is over.
void LoadBalancer::search_on(CallHandle handle, RefusalReason reason, LbOut& out) {
  Call& call = calls_[handle.value];
  if (call.membership != memberships_) {
    search(handle, out);
    return;
  }
  const std::uint32_t position =
      placer_->next(pool_.view(), functions_[call.function], call.session);
  if (position == Placer::kNone) {
    wait(handle, reason, out);
    return;
  }
  offer(handle, pool_.view_at(position), Turn::kOwn, out);
}

// The runner did not take the call: it looks on, or goes back to its place in the queue.
void LoadBalancer::refused(CallHandle handle, RefusalReason reason, LbOut& out) {
  Call& call = calls_[handle.value];
  const std::uint32_t view = call.view;
  const bool from_queue = call.turn != Turn::kOwn;
  come_back(call);
  out.note(CallRetried{
      .call = handle, .runner = pool_.runner(view), .attempt = call.attempts, .reason = reason});
  const bool room_since = from_queue && end_turn(handle);
  pool_.release(view, functions_[call.function]);
  const FunctionSpec& spec = functions_[call.function];
  if (reason == RefusalReason::kTooLarge) {
    pool_.note_too_large(view, spec, now_);
  }
  if (reason == RefusalReason::kTooLarge && pool_.fits_nowhere(spec, now_)) {
    end(handle, CallOutcome::kRefused, reason, out);
    if (from_queue) {
      offer_waiting(view, out);
    }
  } else if (from_queue) {
    wait(handle, reason, out);
    if (room_since) {
      offer_waiting(view, out);
    } else if (waiting_.first() == handle &&
               (reason == RefusalReason::kRunnerFull || reason == RefusalReason::kTooLarge)) {
      offer_smaller(view, out);
    }
  } else {
    search_on(handle, reason, out);
  }
  arm_probe();
}
}  // namespace fn::core
