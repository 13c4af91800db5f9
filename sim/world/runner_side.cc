// SPDX-License-Identifier: Apache-2.0
//
// A group's world, the side of its runners and their containers.

#include <algorithm>

#include "core/base/assert.h"
#include "sim/world/group_world.h"

namespace fn::sim {

namespace {

constexpr std::uint32_t kNoSlot = 0xffffffffU;

bool becomes_message(core::RunnerActionKind kind) {
  return kind == core::RunnerActionKind::kAcceptCall || kind == core::RunnerActionKind::kNackCall ||
         kind == core::RunnerActionKind::kFinishCall || kind == core::RunnerActionKind::kReportIdle;
}

}  // namespace

template <typename Event>
void GroupWorld::step_runner(std::uint32_t slot, const Event& event) {
  RunnerNode& node = *runners_[slot];
  node.machine.step(agenda_.now(), event, runner_out_);
  carry_out_runner(node);
  const std::int64_t idle_mib = node.machine.resources().idle_memory().value;
  if (idle_mib != node.idle_mib) {
    recorder_.idle_memory_changed(agenda_.now(), idle_mib - node.idle_mib);
    node.idle_mib = idle_mib;
  }
  const core::Instant next = node.machine.next_deadline();
  if (next < node.armed) {
    node.armed = std::max(next, agenda_.now());
    agenda_.schedule(node.armed,
                     EventClass::kExpiry,
                     DueWord{.due = Due::kRunnerDeadline, .index = slot}.packed());
  }
}

void GroupWorld::runner_deadline(std::uint32_t slot) {
  RunnerNode* node = runners_[slot].get();
  if (node == nullptr || node->armed != agenda_.now()) {
    return;
  }
  node->armed = core::kNever;
  const core::Instant next = node->machine.next_deadline();
  if (next > agenda_.now()) {
    if (next != core::kNever) {
      node->armed = next;
      agenda_.schedule(
          next, EventClass::kExpiry, DueWord{.due = Due::kRunnerDeadline, .index = slot}.packed());
    }
    return;
  }
  note(Role::kRunner, node->handle.value, kDeadlineMark, {});
  step_runner(slot, core::RunnerDeadlineReached{});
}

std::uint32_t GroupWorld::slot_of(core::RunnerHandle handle) const {
  return handle.value < runner_slot_.size() ? runner_slot_[handle.value] : kNoSlot;
}

void GroupWorld::deliver_to_runner(const Message& message) {
  note_message(message);
  const std::uint32_t slot = slot_of(core::RunnerHandle{message.target});
  if (slot == kNoSlot) {
    if (static_cast<ToRunner>(message.kind) == ToRunner::kCallOffered) {
      // Nobody listens there any more.
      const auto offer = message.as<core::CallOffered>();
      calls_.let_go(offer.call);
      agenda_.send_data(ToLb::kCallNacked,
                        offer.lb.value,
                        core::pack(core::CallNacked{
                            offer.call, offer.attempt, core::RefusalReason::kRunnerBroken}));
    }
    return;
  }
  switch (static_cast<ToRunner>(message.kind)) {
    case ToRunner::kCallOffered: {
      const auto offer = message.as<core::CallOffered>();
      step_runner(slot, offer);
      break;
    }
    case ToRunner::kCallCancelled: {
      const auto cancel = message.as<core::CallCancelled>();
      const std::uint32_t held = runners_[slot]->machine.calls_held();
      step_runner(slot, cancel);
      if (runners_[slot]->machine.calls_held() < held) {
        calls_.let_go(cancel.call);
      }
      break;
    }
    case ToRunner::kCheckRunner:
      agenda_.send_data(ToLb::kRunnerAnswered,
                        message.as<LbNotice>().lb,
                        core::pack(core::RunnerAnswered{core::RunnerHandle{message.target}}));
      break;
    case ToRunner::kDrainStarted:
      step_runner(slot, message.as<core::DrainStarted>());
      break;
    case ToRunner::kDrainStopped:
      step_runner(slot, core::DrainStopped{});
      break;
  }
}

void GroupWorld::carry_out_runner(RunnerNode& node) {
  const core::RunnerHandle runner = node.handle;
  for (const core::RunnerAction& action : runner_out_.actions) {
    if (!becomes_message(action.kind())) {
      note_action(Role::kRunner, runner.value, action);
    }
    switch (action.kind()) {
      case core::RunnerActionKind::kAcceptCall: {
        const auto accept = action.as<core::AcceptCall>();
        agenda_.send_data(ToLb::kCallAccepted,
                          accept.lb.value,
                          core::pack(core::CallAccepted{accept.call, accept.attempt}));
        break;
      }
      case core::RunnerActionKind::kNackCall: {
        const auto nack = action.as<core::NackCall>();
        calls_.let_go(nack.call);
        agenda_.send_data(ToLb::kCallNacked,
                          nack.lb.value,
                          core::pack(core::CallNacked{nack.call, nack.attempt, nack.reason}));
        break;
      }
      case core::RunnerActionKind::kFinishCall: {
        const auto finish = action.as<core::FinishCall>();
        calls_.let_go(finish.call);
        agenda_.send_data(
            ToLb::kCallFinished,
            finish.lb.value,
            core::pack(core::CallFinished{finish.call, finish.attempt, finish.outcome}));
        break;
      }
      case core::RunnerActionKind::kStartContainer:
        start_container(node, action.as<core::StartContainer>());
        break;
      case core::RunnerActionKind::kRunCall:
        run_call(node, action.as<core::RunCall>());
        break;
      case core::RunnerActionKind::kStopRun:
        stop_run(node, action.as<core::StopRun>());
        break;
      case core::RunnerActionKind::kRemoveContainer:
        recorder_.containers_changed(
            agenda_.now(),
            -1,
            -functions_[action.as<core::RemoveContainer>().function].memory.value);
        break;
      case core::RunnerActionKind::kFreezeContainer:
        break;
      case core::RunnerActionKind::kReportIdle:
        agenda_.send_control(
            ToNpm::kRunnerIdle,
            0U,
            core::pack(core::RunnerIdle{runner, action.as<core::ReportIdle>().drain}));
        break;
    }
  }
  if (setup_.keep_decisions) {
    for (const core::RunnerFact& fact : runner_out_.facts) {
      decisions_.add(agenda_.now(), runner.value, fact);
    }
  }
  runner_out_.clear();
}

// A cold start: pull unless cached, create, then the function's own start.
void GroupWorld::start_container(RunnerNode& node, const core::StartContainer& action) {
  // One draw per statement: compilers may take the operands of a sum in either order.
  core::Duration took = create_.draw(container_rng_);
  took += init_.draw(container_rng_);
  if (action.image_cached == 0) {
    took += pull_.draw(container_rng_);
  }
  if (action.container.value >= node.start_took.size()) {
    node.start_took.resize(action.container.value + std::size_t{1});
  }
  node.start_took[action.container.value] = took;
  std::uint32_t start = 0;
  if (free_starts_.empty()) {
    start = static_cast<std::uint32_t>(starts_.size());
    starts_.emplace_back();
  } else {
    start = free_starts_.back();
    free_starts_.pop_back();
  }
  const bool fails = setup_.container.failed_percent > 0 &&
                     container_rng_.unit() * 100.0 < setup_.container.failed_percent;
  starts_[start] = ContainerStart{node.handle, action.container, action.number, fails};
  recorder_.containers_changed(agenda_.now(), 1, functions_[action.function].memory.value);
  agenda_.schedule(core::later(agenda_.now(), took),
                   EventClass::kCompletion,
                   DueWord{.due = Due::kContainerStarted, .index = start}.packed());
}

void GroupWorld::container_started(std::uint32_t start_slot) {
  const ContainerStart start = starts_[start_slot];
  free_starts_.push_back(start_slot);
  const std::uint32_t slot = slot_of(start.runner);
  if (slot == kNoSlot) {
    return;
  }
  if (start.fails) {
    const core::ContainerLost event{start.container, start.number};
    note(Role::kRunner, start.runner.value, kLostMark, core::pack(event));
    step_runner(slot, event);
    return;
  }
  const core::ContainerStarted event{start.container, start.number};
  note(Role::kRunner, start.runner.value, kStartedMark, core::pack(event));
  step_runner(slot, event);
}

inline void GroupWorld::run_call(RunnerNode& node, const core::RunCall& action) {
  CallSlot& call = calls_[action.call];
  call.runner = node.handle;
  call.container = action.container;
  call.container_number = action.number;
  call.cold = action.first_run != 0;
  call.started = agenda_.now() + (action.thaw != 0 ? setup_.container.thaw : core::Duration{});
  core::Duration run = call.run;
  if (call.cold) {
    run = call.first_run;
    call.cold_overhead = node.start_took[action.container.value] + call.first_run - call.run;
  }
  call.times_out = false;
  if (!workload_.timeouts.empty() &&
      workload_.timeouts[call.function.value] > core::Duration::zero() &&
      run > workload_.timeouts[call.function.value]) {
    run = workload_.timeouts[call.function.value];
    call.times_out = true;
  }
  ++call.use;
  recorder_.call_started(call.started, call.started - call.arrived, call.cold, call.function);
  agenda_.schedule(core::later(call.started, run),
                   EventClass::kCompletion,
                   DueWord{Due::kRunEnded, call.use, action.call.value}.packed());
}

// The call may have begun anew on another runner, where it goes on.
void GroupWorld::stop_run(const RunnerNode& node, const core::StopRun& action) {
  CallSlot& call = calls_[action.call];
  if (call.runner == node.handle && call.container_number == action.number) {
    ++call.use;
  }
}

void GroupWorld::run_ended(std::uint64_t word) {
  const DueWord due = DueWord::of(word);
  const CallSlot& call = calls_[core::CallHandle{due.index}];
  if ((call.use & DueWord::kUseMask) != due.use) {
    return;
  }
  const std::uint32_t slot = slot_of(call.runner);
  FN_ASSERT(slot != kNoSlot);
  const core::RunEnded event{
      .container = call.container,
      .number = call.container_number,
      .outcome = call.times_out ? core::CallOutcome::kTimedOut : core::CallOutcome::kCompleted,
      .reusable = call.times_out ? 0U : 1U};
  note(Role::kRunner, call.runner.value, kEndedMark, core::pack(event));
  step_runner(slot, event);
}

void GroupWorld::add_runner(core::RunnerHandle handle) {
  std::uint32_t slot = 0;
  if (free_runner_slots_.empty()) {
    slot = static_cast<std::uint32_t>(runners_.size());
    runners_.emplace_back();
  } else {
    slot = free_runner_slots_.back();
    free_runner_slots_.pop_back();
  }
  runners_[slot] = std::make_unique<RunnerNode>(handle, setup_.runner, functions_);
  if (handle.value >= runner_slot_.size()) {
    runner_slot_.resize(handle.value + std::size_t{1}, kNoSlot);
  }
  runner_slot_[handle.value] = slot;
}

// The runner is switched off: what runs on it is cut, and its LBs notice the broken streams.
void GroupWorld::drop_runner(core::RunnerHandle handle, bool by_drain) {
  const std::uint32_t slot = slot_of(handle);
  FN_ASSERT(slot != kNoSlot);
  RunnerNode& node = *runners_[slot];
  std::vector<bool> notified(lbs_.size(), false);
  for (const core::Attempt& attempt : node.machine.held()) {
    CallSlot& call = calls_[attempt.call];
    if (call.runner == handle) {
      ++call.use;
    }
    if (call.open) {
      if (by_drain) {
        recorder_.drain_cut(call.arrived);
      }
      if (!notified[attempt.lb.value]) {
        notified[attempt.lb.value] = true;
        agenda_.send_data(
            ToLb::kRunnerBroke, attempt.lb.value, core::pack(core::RunnerBroke{handle}));
      }
    }
    calls_.let_go(attempt.call);
  }
  recorder_.idle_memory_changed(agenda_.now(), -node.idle_mib);
  recorder_.containers_changed(agenda_.now(),
                               -static_cast<int>(node.machine.containers()),
                               -node.machine.resources().used_memory().value);
  runner_slot_[handle.value] = kNoSlot;
  runners_[slot].reset();
  free_runner_slots_.push_back(slot);
}

}  // namespace fn::sim
