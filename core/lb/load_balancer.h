// SPDX-License-Identifier: Apache-2.0
//
// LoadBalancer: the part of a load balancer that serves one group, as a state machine. It places
// each call on a runner, goes on to the next when one refuses, lets calls wait in order when none
// takes them, advertises what the group needs, and rests runners that fail. fnsim and the services
// drive this same class.
//
// Waiting calls are offered again when a runner of this LB finishes a call or the membership
// changes, in order until one is refused; smaller calls may then go past the refused head, a
// limited number of times. Because other LBs' releases are not seen, the head alone also probes
// one runner at a time with growing pauses. Placers with Fn's rule poll instead: every waiting call
// tries every runner, again and again.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/rng.h"
#include "core/base/timer_lanes.h"
#include "core/capacity/capacity_advertiser.h"
#include "core/lb/lb_config.h"
#include "core/lb/messages.h"
#include "core/lb/retry_after.h"
#include "core/model/function_table.h"
#include "core/placement/placer.h"
#include "core/placement/waiting_calls.h"
#include "core/pool/runner_pool.h"

namespace fn::core {

class LoadBalancer {
 public:
  // `rng` is this LB's own stream for this group.
  // REQUIRES: `functions` outlives the LB; config.placer is a known name.
  LoadBalancer(const LbConfig& config, const FunctionTable& functions, const Rng& rng);

  // Handles one event at `now` and appends what must be done to `out`.
  // REQUIRES: `now` never goes back.
  void step(Instant now, const CallArrived& event, LbOut& out);
  void step(Instant now, const CallerGone& event, LbOut& out);
  void step(Instant now, const CallAccepted& event, LbOut& out);
  void step(Instant now, const CallNacked& event, LbOut& out);
  void step(Instant now, const CallFinished& event, LbOut& out);
  void step(Instant now, const RunnerBroke& event, LbOut& out);
  void step(Instant now, const RunnerAnswered& event, LbOut& out);
  void step(Instant now, const MembershipReceived& event, LbOut& out);
  void step(Instant now, const LbDeadlineReached& event, LbOut& out);
  void step(Instant now, const LbEvent& event, LbOut& out);

  // From now on the function's handle may be given to another one (FunctionTable::replace).
  // REQUIRES: between steps, and no call of it is left: each was answered, or its caller is gone.
  void forget(FunctionHandle function) { placer_->forget(function); }

  // When to send LbDeadlineReached if nothing else happens first; kNever: nothing to wait for.
  [[nodiscard]] Instant next_deadline() const {
    const Instant own = earlier(probe_at_, pass_at_);
    const Instant next = earlier(own, earlier(advertiser_.due(), pool_.due()));
    return waiting_.empty() ? next : earlier(next, deadline_of_waiting());
  }

  [[nodiscard]] const PoolView& pool() const { return pool_.view(); }

  [[nodiscard]] std::uint32_t waiting() const { return waiting_.count(); }

  // The whole state. load() wants an LB built with the configuration and functions of the saved
  // one; after an error the LB is of no use.
  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  enum class State : std::uint8_t { kEnded, kWaiting, kOffered, kRunning };
  // Whose turn an offer is: the call's own search, the next of the queue, or one that goes past the
  // refused head.
  enum class Turn : std::uint8_t { kOwn, kQueue, kOvertaking };

  struct Call {
    std::int64_t arrived_ns = 0;
    std::int64_t probe_at_ns = 0;  // when it, as head of the queue, tries a runner; zero: not set
    std::uint32_t number = 0;      // order of arrival
    FunctionHandle function;
    std::uint32_t attempt = 0;  // of the offer under way; never reused by this LB
    std::uint32_t view = 0;     // the runner it is offered to or runs on
    PlacementSession session;
    std::uint32_t membership = 0;  // under which the session began
    std::uint32_t body_bytes = 0;
    std::uint32_t attempts = 0;
    CallHandle head;              // the one that it goes past
    std::uint16_t overtaken = 0;  // smaller calls that went past it, or are just offered so
    std::uint8_t queued = 0;      // 1: it has waited since it arrived
    std::uint8_t pad = 0;
    State state = State::kEnded;
    std::uint8_t detached = 0;
    Turn turn = Turn::kOwn;
    std::uint8_t probes = 0;  // as head of the queue, so far
  };

  [[nodiscard]] bool is_too_large(const FunctionSpec& spec) const {
    return (config_.largest_runner.value > 0 && spec.memory > config_.largest_runner) ||
           (config_.largest_runner_cpu.value > 0 && spec.cpu > config_.largest_runner_cpu);
  }

  void advance(Instant now);
  // The call if the answer belongs to its present attempt, which is in `state` or, where that is
  // kRunning, not accepted yet; else null.
  Call* find(CallHandle handle, std::uint32_t attempt, State state, LbOut& out);
  [[nodiscard]] Duration waited(const Call& call) const;
  [[nodiscard]] Instant timeout_of(const Call& call) const;
  [[nodiscard]] Instant deadline_of_waiting() const;

  // Searching, in load_balancer.cc.
  void search(CallHandle handle, LbOut& out);
  void search_on(CallHandle handle, RefusalReason reason, LbOut& out);
  void offer(CallHandle handle, std::uint32_t view, Turn turn, LbOut& out);

  void come_back(const Call& call) { away_ -= call.queued; }

  void accepted(CallHandle handle, LbOut& out);
  void refused(CallHandle handle, RefusalReason reason, LbOut& out);
  void end(CallHandle handle, CallOutcome outcome, RefusalReason reason, LbOut& out);

  // Waiting, in lb_queue.cc.
  void wait(CallHandle handle, RefusalReason reason, LbOut& out);
  void unqueue(CallHandle handle);
  void leave_queue(CallHandle handle);
  bool end_turn(CallHandle handle);
  [[nodiscard]] Call* passed_head(const Call& call);
  void offer_next(CallHandle handle, LbOut& out);
  void offer_waiting(std::uint32_t view, LbOut& out);
  void offer_smaller(std::uint32_t view, LbOut& out);
  void offer_to_all(LbOut& out);
  void end_timed_out(LbOut& out);
  [[nodiscard]] bool polls_at(const TimerLane::Timer& timer) const;
  void poll_due(LbOut& out);
  void probe_head(LbOut& out);
  void arm_probe();

  // Health, in lb_health.cc.
  void look_at_runners(LbOut& out);
  void abandon_offers(std::uint32_t view, bool overdue, LbOut& out);
  void note_rest(std::uint32_t view, bool silent, Duration pause, LbOut& out);

  void advertise(LbOut& out);

  // Saved states, in lb_state.cc.
  [[nodiscard]] bool calls_agree() const;
  [[nodiscard]] bool queue_agrees() const;

  LbConfig config_;
  const FunctionTable& functions_;
  Rng rng_;
  std::unique_ptr<Placer> placer_;
  RunnerPool pool_;
  CapacityAdvertiser advertiser_;
  WaitingCalls waiting_;
  RetryAfter retry_after_;
  TimerLane passes_;  // Fn's rule: when a waiting call polls again
  std::vector<Call> calls_;
  std::uint64_t membership_generation_ = 0;
  std::uint32_t memberships_ = 0;
  std::uint32_t arrivals_ = 0;
  std::uint32_t attempts_ = 0;
  std::array<CallHandle, 2> first_of_;  // of the waiting calls: the others, the detached ones
  CallHandle probing_;                  // the head that is away, trying a runner
  Instant probe_at_ = kNever;
  Instant pass_at_ = kNever;
  std::uint32_t away_ = 0;  // calls that have waited and are out on an offer
  Instant now_{};
};

}  // namespace fn::core
