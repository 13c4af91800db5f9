// SPDX-License-Identifier: Apache-2.0
//
// A group's world, the side of its load balancers and their callers.

#include <algorithm>

#include "core/base/assert.h"
#include "sim/world/group_world.h"

namespace fn::sim {

template <typename Event>
void GroupWorld::step_lb(std::uint32_t lb, const Event& event) {
  LbNode& node = *lbs_[lb];
  node.machine.step(agenda_.now(), event, lb_out_);
  if (!lb_out_.actions.empty()) {
    carry_out_lb(lb);
  }
  note_lb_facts(lb);
  lb_out_.clear();
  const core::Instant next = node.machine.next_deadline();
  if (next < node.armed) {
    node.armed = std::max(next, agenda_.now());
    agenda_.schedule(
        node.armed, EventClass::kTimer, DueWord{.due = Due::kLbDeadline, .index = lb}.packed());
  }
}

template void GroupWorld::step_lb(std::uint32_t, const core::CallArrived&);

void GroupWorld::lb_deadline(std::uint32_t lb) {
  LbNode& node = *lbs_[lb];
  if (node.armed != agenda_.now()) {
    return;
  }
  node.armed = core::kNever;
  const core::Instant next = node.machine.next_deadline();
  if (next > agenda_.now()) {
    if (next != core::kNever) {
      node.armed = next;
      agenda_.schedule(
          next, EventClass::kTimer, DueWord{.due = Due::kLbDeadline, .index = lb}.packed());
    }
    return;
  }
  note(Role::kLb, lb, kDeadlineMark, {});
  step_lb(lb, core::LbDeadlineReached{});
}

void GroupWorld::deliver_to_lb(const Message& message) {
  const std::uint32_t lb = message.target;
  if (static_cast<ToLb>(message.kind) == ToLb::kMembership) {
    const auto membership = message.as<MembershipNotice>();
    core::MembershipReceived event;
    event.generation = membership.generation;
    event.members = lists_.at(membership.list);
    for (const core::Member& member : event.members) {
      digest_.word(member.runner.value, member.memory_mib);
    }
    note_message(message);
    step_lb(lb, event);
    lists_.received(membership.list);
    return;
  }
  note_message(message);
  switch (static_cast<ToLb>(message.kind)) {
    case ToLb::kCallAccepted:
      step_lb(lb, message.as<core::CallAccepted>());
      break;
    case ToLb::kCallNacked:
      step_lb(lb, message.as<core::CallNacked>());
      break;
    case ToLb::kCallFinished:
      step_lb(lb, message.as<core::CallFinished>());
      break;
    case ToLb::kRunnerBroke:
      step_lb(lb, message.as<core::RunnerBroke>());
      break;
    case ToLb::kRunnerAnswered:
      step_lb(lb, message.as<core::RunnerAnswered>());
      break;
    case ToLb::kMembership:
      FN_ASSERT(false);
  }
}

void GroupWorld::carry_out_lb(std::uint32_t lb) {
  for (const core::LbAction& action : lb_out_.actions) {
    switch (action.kind()) {
      case core::LbActionKind::kTryCall:
        try_call(lb, action.as<core::TryCall>());
        break;
      case core::LbActionKind::kCancelCall: {
        const auto cancel = action.as<core::CancelCall>();
        agenda_.send_data(ToRunner::kCallCancelled,
                          cancel.runner.value,
                          core::pack(core::CallCancelled{
                              cancel.call, cancel.function, core::LbHandle{lb}, cancel.attempt}));
        break;
      }
      case core::LbActionKind::kRespondToCaller:
        note_action(Role::kLb, lb, action);
        respond(action.as<core::RespondToCaller>());
        break;
      case core::LbActionKind::kAdvertiseCapacity: {
        const auto advert = action.as<core::AdvertiseCapacity>();
        agenda_.send_control(ToNpm::kCapacityAdvertised,
                             lb,
                             core::pack(AdvertNotice{.sequence = advert.sequence,
                                                     .requirement = advert.requirement}));
        break;
      }
      case core::LbActionKind::kCheckRunner:
        agenda_.send_data(ToRunner::kCheckRunner,
                          action.as<core::CheckRunner>().runner.value,
                          core::pack(LbNotice{lb}));
        break;
      case core::LbActionKind::kReportRunner: {
        const auto report = action.as<core::ReportRunner>();
        agenda_.send_control(
            ToNpm::kRunnerReported,
            lb,
            core::pack(core::RunnerReported{core::LbHandle{lb}, report.runner, report.rested}));
        break;
      }
    }
  }
}

inline void GroupWorld::note_lb_facts(std::uint32_t lb) {
  for (const core::LbFact& fact : lb_out_.facts) {
    // That a call went well is no news.
    if (fact.kind() != core::LbFactKind::kCallPlaced) {
      log_lb_fact(lb, fact);
    }
  }
}

void GroupWorld::log_lb_fact(std::uint32_t lb, const core::LbFact& fact) {
  if (fact.kind() == core::LbFactKind::kCallRetried) {
    recorder_.retried(calls_[fact.as<core::CallRetried>().call].arrived);
  } else if (fact.kind() == core::LbFactKind::kCallOvertook) {
    recorder_.overtook(calls_[fact.as<core::CallOvertook>().call].arrived);
  }
  if (setup_.keep_decisions) {
    decisions_.add(agenda_.now(), lb, fact);
  }
}

inline void GroupWorld::try_call(std::uint32_t lb, const core::TryCall& action) {
  calls_.hold(action.call);
  if (const std::uint32_t slot = slot_of(action.runner); slot < runners_.size()) {
    runners_[slot]->machine.expect_offer(action.function);
  }
  agenda_.send_data(ToRunner::kCallOffered,
                    action.runner.value,
                    core::pack(core::CallOffered{
                        action.call, action.function, core::LbHandle{lb}, action.attempt}));
}

inline void GroupWorld::respond(const core::RespondToCaller& action) {
  CallSlot& call = calls_[action.call];
  call.at_lb = false;
  const bool worth_repeating = action.outcome == core::CallOutcome::kRefused ||
                               action.outcome == core::CallOutcome::kTimedOut;
  if (worth_repeating && call.retries < setup_.caller.retries_max) {
    const std::uint32_t doublings = std::min(call.retries++, std::uint32_t{20});
    // No caller waits longer than a day.
    constexpr core::Duration kLongest = std::chrono::hours(24);
    const std::int64_t times = std::int64_t{1} << doublings;
    core::Duration pause =
        setup_.caller.retry_pause > kLongest / times ? kLongest : setup_.caller.retry_pause * times;
    if (setup_.caller.honours_retry_after) {
      pause = std::max<core::Duration>(pause, std::chrono::seconds(action.retry_after_s));
    }
    recorder_.retried(call.arrived);
    agenda_.schedule(core::later(agenda_.now(), pause),
                     EventClass::kTimer,
                     DueWord{Due::kCallerRetries, call.life, action.call.value}.packed());
    return;
  }
  recorder_.call_ended(CallRecord{.arrived = call.arrived,
                                  .started = call.started,
                                  .ended = agenda_.now(),
                                  .cold_overhead = call.cold_overhead,
                                  .function = call.function,
                                  .outcome = action.outcome,
                                  .cold = call.cold,
                                  .reason = action.reason});
  calls_.close(action.call);
}

void GroupWorld::caller_gives_up(core::CallHandle handle) {
  CallSlot& call = calls_[handle];
  if (!call.open) {
    return;
  }
  if (call.at_lb) {
    const core::CallerGone event{handle};
    note(Role::kCaller, call.lb, kGoneMark, core::pack(event));
    step_lb(call.lb, event);
    return;
  }
  // Between two tries: it does not come back.
  recorder_.call_ended(CallRecord{.arrived = call.arrived,
                                  .ended = agenda_.now(),
                                  .function = call.function,
                                  .outcome = core::CallOutcome::kFailed,
                                  .reason = core::RefusalReason::kCallerGone});
  calls_.close(handle);
}

void GroupWorld::caller_retries(core::CallHandle handle) {
  CallSlot& call = calls_[handle];
  if (!call.open || call.at_lb) {
    return;
  }
  call.at_lb = true;
  caller_asks(handle, call);
}

}  // namespace fn::sim
