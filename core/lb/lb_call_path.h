// SPDX-License-Identifier: Apache-2.0
//
// The parts of LoadBalancer that every call passes, for its own source files only: in a header, so
// that the compiler may put them in place.

#pragma once

#include "core/base/assert.h"
#include "core/lb/load_balancer.h"

namespace fn::core {

inline void LoadBalancer::advance(Instant now) {
  FN_ASSERT(now >= now_);
  now_ = now;
}

inline LoadBalancer::Call* LoadBalancer::find(CallHandle handle,
                                              std::uint32_t attempt,
                                              State state,
                                              LbOut& out) {
  Call* call = handle.value < calls_.size() ? &calls_[handle.value] : nullptr;
  if (call != nullptr && call->attempt == attempt) [[likely]] {
    // An end may overtake its acceptance on the way here.
    if (call->state == state || (state == State::kRunning && call->state == State::kOffered))
        [[likely]] {
      return call;
    }
  }
  out.note(LbEventIgnored{.what = IgnoredLbEvent::kStaleAttempt, .subject = attempt});
  return nullptr;
}

inline Duration LoadBalancer::waited(const Call& call) const {
  return now_ - Instant(Duration(call.arrived_ns));
}

// Begins a pass over the runners.
inline void LoadBalancer::search(CallHandle handle, LbOut& out) {
  Call& call = calls_[handle.value];
  const PoolView& view = pool_.view();
  call.membership = memberships_;
  const std::uint32_t position =
      placer_->first(view, call.function, functions_[call.function], call.session);
  if (position == Placer::kNone) {
    wait(handle, view.candidates.empty() ? RefusalReason::kNoRunner : RefusalReason::kNoRoom, out);
    return;
  }
  offer(handle, pool_.view_at(position), Turn::kOwn, out);
}

inline void LoadBalancer::offer(CallHandle handle, std::uint32_t view, Turn turn, LbOut& out) {
  Call& call = calls_[handle.value];
  call.state = State::kOffered;
  call.view = view;
  call.attempt = ++attempts_;
  ++call.attempts;
  away_ += call.queued;
  call.turn = turn;
  pool_.assign(view, functions_[call.function], now_);
  if (turn != Turn::kOwn) {
    pool_.begin_offer(view);
  }
  out.act(TryCall{handle, call.function, pool_.runner(view), call.attempt});
}

inline void LoadBalancer::accepted(CallHandle handle, LbOut& out) {
  Call& call = calls_[handle.value];
  call.state = State::kRunning;
  come_back(call);
  out.note(CallPlaced{.call = handle,
                      .runner = pool_.runner(call.view),
                      .attempts = call.attempts,
                      .waited = waited(call)});
  if (pool_.heard(call.view, now_, true)) {
    out.act(ReportRunner{.runner = pool_.runner(call.view), .rested = 0});
  }
  waiting_.settle(handle);
  if (call.turn == Turn::kOvertaking && passed_head(call) != nullptr) {
    out.note(CallOvertook{.call = handle, .head = call.head});
  }
}

inline void LoadBalancer::end(CallHandle handle,
                              CallOutcome outcome,
                              RefusalReason reason,
                              LbOut& out) {
  Call& call = calls_[handle.value];
  const FunctionSpec& spec = functions_[call.function];
  advertiser_.release(spec.memory, spec.cpu);
  call.state = State::kEnded;
  waiting_.settle(handle);
  RespondToCaller answer{.call = handle,
                         .function = call.function,
                         .attempts = call.attempts,
                         .outcome = outcome,
                         .reason = reason};
  if (outcome != CallOutcome::kCompleted) {
    if (outcome == CallOutcome::kRefused || outcome == CallOutcome::kTimedOut) {
      answer.retry_after_s = retry_after_.seconds(waiting_.count(), rng_);
    }
    out.note(CallEnded{.call = handle,
                       .attempts = call.attempts,
                       .waited = waited(call),
                       .outcome = outcome,
                       .reason = reason});
  }
  out.act(answer);
}

}  // namespace fn::core
