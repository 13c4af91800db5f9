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
  call.number = ++arrivals_;
  call.function = event.function;
  call.body_bytes = event.body_bytes;
  call.attempts = 0;
  call.probes = 0;
  call.overtaken = 0;
  call.detached = static_cast<std::uint8_t>(event.detached);
  call.from_queue = 0;
  const FunctionSpec& spec = functions_[event.function];
  advertiser_.assign(now, spec.memory, spec.cpu);
  if (config_.largest_runner.value > 0 && spec.memory > config_.largest_runner) {
    end(event.call, CallOutcome::kRefused, RefusalReason::kTooLarge, out);
  } else if (!waiting_.empty() && !placer_->every_call_polls()) {
    // Whoever waits already goes first.
    wait(event.call, RefusalReason::kNoRoom, out);
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
  out.act(CancelCall{event.call, call.function, pool_.runner(view), call.attempt});
  if (call.from_queue != 0) {
    pool_.set_offering(view, false);
  }
  pool_.release(view, functions_[call.function]);
  end(event.call, CallOutcome::kFailed, RefusalReason::kCallerGone, out);
  offer_waiting(view, out);
}

void LoadBalancer::step(Instant now, const CallAccepted& event, LbOut& out) {
  advance(now);
  Call* call = find(event.call, event.attempt, State::kOffered, out);
  if (call == nullptr) {
    return;
  }
  call->state = State::kRunning;
  out.note(CallPlaced{.call = event.call,
                      .runner = pool_.runner(call->view),
                      .attempts = call->attempts,
                      .waited = waited(*call)});
  const std::uint32_t view = call->view;
  if (pool_.heard(view, now, true)) {
    out.act(ReportRunner{.runner = pool_.runner(view), .rested = 0});
  }
  if (call->from_queue != 0) {
    call->from_queue = 0;
    pool_.set_offering(view, false);
    offer_waiting(view, out);
  }
}

void LoadBalancer::step(Instant now, const CallNacked& event, LbOut& out) {
  advance(now);
  Call* call = find(event.call, event.attempt, State::kOffered, out);
  if (call == nullptr) {
    return;
  }
  if (event.reason != RefusalReason::kRunnerBroken) {
    pool_.heard(call->view, now, false);
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
  if (pool_.heard(view, now, true)) {
    out.act(ReportRunner{.runner = pool_.runner(view), .rested = 0});
  }
  pool_.release(view, functions_[call->function]);
  retry_after_.finished(now);
  end(event.call, event.outcome, RefusalReason::kNone, out);
  if (!waiting_.empty()) {
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
  offer_to_all(out);
}

void LoadBalancer::step(Instant now, const LbDeadlineReached& /*event*/, LbOut& out) {
  advance(now);
  end_timed_out(out);
  poll_due(out);
  if (probe_at_ <= now) {
    probe_head(out);
  }
  if (pool_.due() <= now) {
    look_at_runners(out);
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
  const Instant first = timeout_of(calls_[waiting_.first().value]);
  return first_detached_.valid() ? std::min(first, timeout_of(calls_[first_detached_.value]))
                                 : first;
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
  offer(handle, pool_.view_at(position), false, out);
}

// The runner did not take the call: it looks on, or goes back to its place in the queue.
void LoadBalancer::refused(CallHandle handle, RefusalReason reason, LbOut& out) {
  Call& call = calls_[handle.value];
  const std::uint32_t view = call.view;
  const bool from_queue = call.from_queue != 0;
  out.note(CallRetried{
      .call = handle, .runner = pool_.runner(view), .attempt = call.attempts, .reason = reason});
  call.from_queue = 0;
  if (from_queue) {
    pool_.set_offering(view, false);
  }
  pool_.release(view, functions_[call.function]);
  if (reason == RefusalReason::kTooLarge && pool_.members() == 1) {
    end(handle, CallOutcome::kRefused, reason, out);
  } else if (from_queue) {
    wait(handle, reason, out);
    if (reason == RefusalReason::kRunnerFull && waiting_.first() == handle) {
      offer_smaller(view, out);
    }
  } else {
    search_on(handle, reason, out);
  }
}
}  // namespace fn::core
