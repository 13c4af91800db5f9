// SPDX-License-Identifier: Apache-2.0

#include "core/runner/runner.h"

#include "core/base/assert.h"

namespace fn::core {

namespace {

constexpr std::uint32_t kNone = WaitingCall::kNone;

}  // namespace

Runner::Runner(const RunnerConfig& config, const FunctionTable& functions)
    : config_(config),
      functions_(functions),
      tracker_(config.memory, config.cpu),
      keepalive_(make_keepalive_policy(config.keep_alive, functions)),
      images_(config.image_cache_max) {
  FN_ASSERT(keepalive_ != nullptr);
  if (config_.keep_alive == "none") {
    config_.idle_timeout = kForever;
  }
}

inline void Runner::advance(Instant now) {
  FN_ASSERT(now >= now_);
  now_ = now;
}

void Runner::step(Instant now, const CallOffered& event, RunnerOut& out) {
  advance(now);
  if (draining_) {
    refuse(event, RefusalReason::kRunnerDraining, out);
    return;
  }
  if (functions_[event.function].group != config_.group) [[unlikely]] {
    // Its LB knows an old membership.
    refuse(event, RefusalReason::kOtherGroup, out);
    return;
  }
  const std::uint32_t queue = queues_.of(event.function);
  SlotQueue& slots = queues_.at(queue);
  const Attempt attempt{event.call, event.lb, event.attempt};
  if (slots.idle_top.valid()) {
    out.act(AcceptCall{event.call, event.lb, event.attempt});
    const ContainerHandle handle = slots.idle_top;
    const bool paused = containers_.at(handle).state == ContainerState::kPaused;
    take_idle(handle);
    run(handle, attempt, paused ? 1 : 0, out);
    return;
  }
  bool needs_room = false;
  if (needs_container(slots.waiting + 1, slots.starting, 0)) {
    const FunctionSpec& spec = functions_[event.function];
    if (!tracker_.could_fit(spec.memory, spec.cpu)) {
      refuse(event, RefusalReason::kTooLarge, out);
      return;
    }
    // Whoever waits for room already goes first.
    needs_room = queues_.first_for_room() != kNone || !start_container(queue, out);
    if (needs_room &&
        (!config_.queue_when_full || queues_.waiting() >= config_.waiting_calls_max)) {
      refuse(event, RefusalReason::kRunnerFull, out);
      return;
    }
  }
  out.act(AcceptCall{event.call, event.lb, event.attempt});
  queues_.wait(queue, attempt, needs_room);
}

void Runner::step(Instant now, const CallCancelled& event, RunnerOut& out) {
  advance(now);
  const std::uint32_t queue = queues_.of(event.function);
  if (!queues_.cancel(queue, Attempt{event.call, event.lb, event.attempt})) {
    const ContainerHandle handle = containers_.running(event.call, event.lb, event.attempt);
    if (!handle.valid()) {
      out.note(RunnerEventIgnored{.what = IgnoredRunnerEvent::kUnknownCall,
                                  .subject = event.call.value});
      return;
    }
    out.act(StopRun{handle, containers_.at(handle).number, event.call});
    --running_;
    remove(handle, RemovalReason::kBroken, out);
  }
  serve_line(out);
  report_if_idle(out);
}

void Runner::step(Instant now, const ContainerStarted& event, RunnerOut& out) {
  advance(now);
  Container* container = containers_.find(event.container, event.number);
  if (container == nullptr || container->state != ContainerState::kStarting) {
    out.note(RunnerEventIgnored{.subject = event.number});
    return;
  }
  --queues_.at(container->queue).starting;
  hand_over(event.container, out);
}

void Runner::step(Instant now, const ContainerLost& event, RunnerOut& out) {
  advance(now);
  Container* container = containers_.find(event.container, event.number);
  if (container == nullptr || container->state == ContainerState::kBusy) {
    out.note(RunnerEventIgnored{.subject = event.number});
    return;
  }
  if (container->state == ContainerState::kStarting) {
    SlotQueue& slots = queues_.at(container->queue);
    --slots.starting;
    // Its call cannot run here: the first that waits ends as failed.
    if (needs_container(slots.waiting, slots.starting, 0)) {
      const Attempt first = queues_.take_first(container->queue);
      out.act(FinishCall{first.call, first.lb, first.attempt, CallOutcome::kFailed});
    }
  } else {
    take_idle(event.container);
  }
  remove(event.container, RemovalReason::kBroken, out);
  serve_line(out);
  report_if_idle(out);
}

void Runner::step(Instant now, const RunEnded& event, RunnerOut& out) {
  advance(now);
  Container* container = containers_.find(event.container, event.number);
  if (container == nullptr || container->state != ContainerState::kBusy) {
    out.note(RunnerEventIgnored{.subject = event.number});
    return;
  }
  out.act(FinishCall{container->call, container->lb, container->attempt, event.outcome});
  --running_;
  if (event.reusable != 0) {
    hand_over(event.container, out);
  } else {
    remove(event.container, RemovalReason::kBroken, out);
    serve_line(out);
  }
  report_if_idle(out);
}

void Runner::step(Instant now, const DrainStarted& event, RunnerOut& out) {
  advance(now);
  draining_ = true;
  drain_ = event.drain;
  report_if_idle(out);
}

void Runner::step(Instant now, const DrainStopped& /*event*/, RunnerOut& /*out*/) {
  advance(now);
  draining_ = false;
}

void Runner::step(Instant now, const RunnerDeadlineReached& /*event*/, RunnerOut& out) {
  advance(now);
  for (ContainerHandle handle = containers_.oldest_idle();
       handle.valid() && later(containers_.idle_since(handle), config_.idle_timeout) <= now;
       handle = containers_.oldest_idle()) {
    take_idle(handle);
    remove(handle, RemovalReason::kExpired, out);
  }
  while (own_expiry_ <= now) {
    const ContainerHandle handle = first_expired_own();
    take_idle(handle);
    remove(handle, RemovalReason::kExpired, out);
  }
  if (config_.freeze_after > Duration::zero()) {
    for (ContainerHandle handle = containers_.oldest_unpaused();
         handle.valid() && later(containers_.idle_since(handle), config_.freeze_after) <= now;
         handle = containers_.oldest_unpaused()) {
      out.act(FreezeContainer{handle, containers_.at(handle).number});
      containers_.pause(handle);
    }
  }
}

void Runner::step(Instant now, const RunnerEvent& event, RunnerOut& out) {
  std::visit([&](const auto& concrete) { step(now, concrete, out); }, event);
}

void Runner::forget(FunctionHandle function) const {
  FN_ASSERT(!queues_.has_waiting(function));
  for (const Container& container : containers_.slots()) {
    FN_ASSERT(container.state == ContainerState::kGone || container.function != function);
  }
}

std::vector<Attempt> Runner::held() const {
  std::vector<Attempt> attempts;
  for (const Container& container : containers_.slots()) {
    if (container.state == ContainerState::kBusy) {
      attempts.push_back(Attempt{container.call, container.lb, container.attempt});
    }
  }
  queues_.append_waiting(attempts);
  return attempts;
}

Instant Runner::freeze_deadline() const {
  const ContainerHandle next = containers_.oldest_unpaused();
  return next.valid() ? later(containers_.idle_since(next), config_.freeze_after) : kNever;
}

// Starts a container for the queue's function, if it fits once idle ones are gone.
bool Runner::start_container(std::uint32_t queue, RunnerOut& out) {
  const FunctionHandle function = queues_.at(queue).function;
  const FunctionSpec& spec = functions_[function];
  if (!tracker_.fits(spec.memory, spec.cpu)) {
    if (!tracker_.fits_without_idle(spec.memory, spec.cpu)) {
      return false;
    }
    evict_until_fits(spec, function, out);
  }
  tracker_.reserve(spec.memory, spec.cpu);
  const ContainerHandle handle = containers_.create(function, spec, queue);
  containers_.at(handle).idle_time = idle_time_of(spec.idle_timeout);
  ++queues_.at(queue).starting;
  const bool cached = images_.start(spec.image);
  out.act(StartContainer{handle, containers_.at(handle).number, function, cached ? 1U : 0U});
  return true;
}

void Runner::evict_until_fits(const FunctionSpec& spec,
                              FunctionHandle for_function,
                              RunnerOut& out) {
  while (!tracker_.fits(spec.memory, spec.cpu)) {
    const ContainerHandle victim = keepalive_->victim();
    out.note(ContainerEvicted{
        containers_.at(victim).function, for_function, now_ - containers_.idle_since(victim)});
    take_idle(victim);
    remove(victim, RemovalReason::kEvicted, out);
  }
}

inline void Runner::run(ContainerHandle handle,
                        const Attempt& attempt,
                        std::uint32_t thaw,
                        RunnerOut& out) {
  Container& container = containers_.at(handle);
  FN_ASSERT(functions_[container.function].group == config_.group);
  container.state = ContainerState::kBusy;
  container.call = attempt.call;
  container.lb = attempt.lb;
  container.attempt = attempt.attempt;
  out.act(RunCall{.container = handle,
                  .number = container.number,
                  .call = attempt.call,
                  .first_run = container.fresh,
                  .thaw = thaw});
  container.fresh = 0;
  ++running_;
  keepalive_->used(now_, handle, container.number, container.function);
}

// The idle container leaves its lists, to run or to go.
inline void Runner::take_idle(ContainerHandle handle) {
  const Container& container = containers_.at(handle);
  tracker_.mark_busy(container.memory(), container.cpu());
  if (container.idle_time != 0) [[unlikely]] {
    end_own_idle(handle);
  }
  containers_.unlink_idle(handle, queues_.at(container.queue).idle_top);
}

// The container is free: the function's first waiting call gets it, else it is idle.
void Runner::hand_over(ContainerHandle handle, RunnerOut& out) {
  const Container& container = containers_.at(handle);
  SlotQueue& slots = queues_.at(container.queue);
  if (slots.waiting > 0) {
    run(handle, queues_.take_first(container.queue), 0, out);
    // The call may have stood first in line for room that others can use.
    serve_line(out);
    return;
  }
  if (container.fresh != 0) {
    keepalive_->unneeded(now_, handle, container.number, container.function);
  }
  tracker_.mark_idle(container.memory(), container.cpu());
  containers_.push_idle(handle, slots.idle_top, now_);
  if (container.idle_time != 0) [[unlikely]] {
    begin_own_idle(handle);
  }
  keepalive_->became_idle(handle);
  serve_line(out);
}

// REQUIRES: the container is in no idle list.
void Runner::remove(ContainerHandle handle, RemovalReason reason, RunnerOut& out) {
  const Container& container = containers_.at(handle);
  out.act(RemoveContainer{handle, container.number, container.function, reason});
  if (container.state != ContainerState::kStarting) {
    keepalive_->removed(handle);
  }
  tracker_.release(container.memory(), container.cpu());
  containers_.destroy(handle);
}

// Room may have appeared: starts containers for those in line, in order, until one does not fit.
void Runner::serve_line(RunnerOut& out) {
  for (std::uint32_t queue = queues_.first_for_room(); queue != kNone;
       queue = queues_.first_for_room()) {
    if (!start_container(queue, out)) {
      return;
    }
    queues_.leave_room_line();
  }
}

void Runner::refuse(const CallOffered& event, RefusalReason reason, RunnerOut& out) {
  const FunctionSpec& spec = functions_[event.function];
  out.act(NackCall{event.call, event.lb, event.attempt, reason});
  out.note(OfferRefused{
      .call = event.call,
      .function = event.function,
      .missing_mib = static_cast<std::uint32_t>(tracker_.missing_memory(spec.memory).value),
      .missing_milli = static_cast<std::uint32_t>(tracker_.missing_cpu(spec.cpu).value),
      .reason = reason});
}

void Runner::report_if_idle(RunnerOut& out) const {
  if (draining_ && calls_held() == 0) {
    out.act(ReportIdle{drain_});
  }
}

}  // namespace fn::core
