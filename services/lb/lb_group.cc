// SPDX-License-Identifier: Apache-2.0

#include "services/lb/lb_group.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/lb/load_balancer.h"
#include "services/base/machine_driver.h"
#include "services/base/slots.h"
#include "services/wire/function_registry.h"

namespace fn::services {
namespace {

struct Call {
  FunctionVersionPtr function;
  core::FunctionHandle function_handle;
  std::string id;
  std::string json;
  std::shared_ptr<CallBody> body;
  CallSink sink;
  std::uint64_t number = 0;  // 0: the slot is free
  core::Instant arrived_at{};
  std::unique_ptr<Attempt> attempt;
  std::uint32_t attempt_number = 0;
  core::RunnerHandle runner;  // of the present attempt
  bool taken = false;         // the machine was told that a runner has it
  core::Instant due{};        // when a runner that has it must have ended it
  CallEnd end;
};

}  // namespace

struct LbGroup::State {
  using Driver =
      MachineDriver<core::LoadBalancer, core::LbEvent, core::LbOut, core::LbDeadlineReached>;

  State(Parts its_parts, const core::LbConfig& config, const core::Rng& rng)
      : parts(std::move(its_parts)),
        machine(config, functions.table(), rng),
        driver(
            parts.loop,
            machine,
            [this](const core::LbOut& out) {
              if (parts.touched) {
                parts.touched();
              }
              for (const core::LbFact& fact : out.facts) {
                parts.observer.decided(fact);
              }
              for (const core::LbAction& action : out.actions) {
                carry_out(action);
              }
            },
            parts.touched ? Driver::Arming::kByOwner : Driver::Arming::kAtBatchEnd),
        overdue_timer(parts.loop) {
    if (!parts.touched) {
      parts.loop.at_batch_end([this] { bury(); });
    }
  }

  // An attempt may end the call within its own callback; it is destroyed when the batch is over.
  // What that sets off may end further ones.
  void bury() {
    forget_unused();
    while (!gone.empty()) {
      going.swap(gone);
      going.clear();
    }
  }

  void carry_out(const core::LbAction& action);
  void try_call(const core::TryCall& action);
  void cancel_call(const core::CancelCall& action);
  void check(core::RunnerHandle runner);
  void respond(const core::RespondToCaller& action);
  void attempt_ended(core::CallHandle handle, std::uint32_t attempt, AttemptEnd end);
  void end_run(core::CallHandle handle, std::uint32_t attempt, AttemptEnd end);

  // Runs that are overdue are looked for now and then: one timer for all of them.
  void watch() {
    if (!std::exchange(watching, true)) {
      const core::Duration pause = std::clamp<core::Duration>(
          parts.run_slack / 10, std::chrono::milliseconds(1), std::chrono::seconds(10));
      overdue_timer.set_after(pause, [this] {
        watching = false;
        end_overdue();
      });
    }
  }

  void end_overdue() {
    const core::Instant now = parts.loop.now();
    for (std::uint32_t index = 0; index < calls.size(); ++index) {
      const Call& call = calls[index];
      if (call.number != 0 && call.taken && call.due <= now) {
        attempt_ended(core::CallHandle{index}, call.attempt_number, AttemptEnd{});
      }
    }
    if (calls.taken() > 0) {
      watch();
    }
  }

  // The call if this attempt is its present one; else null.
  Call* of(core::CallHandle handle, std::uint32_t attempt) {
    Call& call = calls[handle.value];
    return call.number != 0 && call.attempt_number == attempt ? &call : nullptr;
  }

  void took(core::CallHandle handle, std::uint32_t attempt) {
    Call* call = of(handle, attempt);
    if (call == nullptr || std::exchange(call->taken, true)) {
      return;
    }
    call->due = core::later(parts.loop.now(), call->function->setup.timeout + parts.run_slack);
    watch();
    parts.observer.taken(call->id, call->function, call->runner);
    driver.deliver(core::CallAccepted{handle, attempt});
    // The machine may have answered otherwise.
    call = of(handle, attempt);
    if (call == nullptr) {
      return;
    }
    const std::shared_ptr<CallBody> body = call->body;
    // Whoever is told may take the call back.
    if (const auto accepted = std::exchange(call->sink.accepted, nullptr)) {
      accepted();
    }
    body->commit();
  }

  // Between steps, and when no event waits that could speak of the function.
  void forget_unused() {
    while (const auto forgotten = functions.let_go()) {
      machine.forget(forgotten->function);
    }
  }

  Parts parts;
  FunctionRegistry functions;
  core::LoadBalancer machine;
  Driver driver;
  LoopTimer overdue_timer;
  bool watching = false;
  Slots<Call> calls;
  std::uint64_t numbers = 0;
  std::vector<std::unique_ptr<Attempt>> gone;
  std::vector<std::unique_ptr<Attempt>> going;
  // Let go with the group: a runner may answer a check after that.
  std::shared_ptr<State*> alive = std::make_shared<State*>(this);
};

void LbGroup::State::carry_out(const core::LbAction& action) {
  switch (action.kind()) {
    case core::LbActionKind::kTryCall:
      try_call(action.as<core::TryCall>());
      break;
    case core::LbActionKind::kCancelCall:
      cancel_call(action.as<core::CancelCall>());
      break;
    case core::LbActionKind::kRespondToCaller:
      respond(action.as<core::RespondToCaller>());
      break;
    case core::LbActionKind::kCheckRunner:
      check(action.as<core::CheckRunner>().runner);
      break;
    case core::LbActionKind::kAdvertiseCapacity:
      if (parts.advertise) {
        parts.advertise(action.as<core::AdvertiseCapacity>().requirement);
      }
      break;
    case core::LbActionKind::kReportRunner:
      if (parts.report) {
        const auto report = action.as<core::ReportRunner>();
        parts.report(report.runner, report.rested != 0);
      }
      break;
  }
}

void LbGroup::State::cancel_call(const core::CancelCall& action) {
  if (Call* call = of(action.call, action.attempt)) {
    call->attempt_number = 0;
    gone.push_back(std::move(call->attempt));
  }
}

void LbGroup::State::check(core::RunnerHandle runner) {
  parts.port.check(runner, [group = std::weak_ptr(alive), runner] {
    if (const auto state = group.lock()) {
      (*state)->driver.deliver(core::RunnerAnswered{runner});
    }
  });
}

void LbGroup::State::try_call(const core::TryCall& action) {
  Call& call = calls[action.call.value];
  call.attempt_number = action.attempt;
  call.runner = action.runner;
  call.taken = false;
  call.body->restart();
  const std::uint32_t attempt = action.attempt;
  const core::CallHandle handle = action.call;
  AttemptSink sink;
  sink.accepted = [this, handle, attempt] {
    took(handle, attempt);
  };
  sink.answered = [this, handle, attempt](unsigned status, HttpHeaders headers, BodyPipePtr body) {
    took(handle, attempt);
    Call* present = of(handle, attempt);
    if (present == nullptr) {
      return;
    }
    if (const auto answered = std::exchange(present->sink.answered, nullptr)) {
      answered(status, std::move(headers), std::move(body));
    }
  };
  sink.ended = [this, handle, attempt](AttemptEnd end) {
    attempt_ended(handle, attempt, std::move(end));
  };
  call.body->when_final([this, handle, attempt] { took(handle, attempt); });
  call.attempt = parts.port.offer(
      action.runner, {&call.json, &call.function->slot, &call.id, call.body}, std::move(sink));
}

void LbGroup::State::attempt_ended(core::CallHandle handle, std::uint32_t attempt, AttemptEnd end) {
  Call* call = of(handle, attempt);
  if (call == nullptr) {
    return;
  }
  gone.push_back(std::move(call->attempt));
  const bool refused = end.kind == AttemptEnd::Kind::kRefused;
  if (call->taken && refused) {  // only a body that went on without an acceptance comes here
    call->end.body_gone = true;
    end_run(handle, attempt, std::move(end));
  } else if (refused) {
    driver.deliver(core::CallNacked{handle, attempt, end.reason});
  } else if (!call->taken && end.kind == AttemptEnd::Kind::kBroken) {
    driver.deliver(core::CallNacked{handle, attempt, core::RefusalReason::kRunnerBroken});
  } else {
    end_run(handle, attempt, std::move(end));
  }
}

// The call has run, well or not, or was lost while it ran.
void LbGroup::State::end_run(core::CallHandle handle, std::uint32_t attempt, AttemptEnd end) {
  Call& call = calls[handle.value];
  const bool finished = end.kind == AttemptEnd::Kind::kFinished;
  if (finished && !end.success) {
    constexpr int kUnknown = 500;  // a runner that names no status
    call.end.code = end.code != 0 ? end.code : kUnknown;
    call.end.message = std::move(end.message);
    call.end.by_function = end.by_function;
  } else if (end.kind == AttemptEnd::Kind::kBroken) {
    call.end.reason = core::RefusalReason::kRunnerBroken;
  }
  constexpr int kTimedOut = 504;
  core::CallOutcome outcome = core::CallOutcome::kFailed;
  if (finished && end.success) {
    outcome = core::CallOutcome::kCompleted;
  } else if (finished && end.code == kTimedOut) {
    outcome = core::CallOutcome::kTimedOut;
  }
  driver.deliver(core::CallFinished{handle, attempt, outcome});
}

void LbGroup::State::respond(const core::RespondToCaller& action) {
  Call& call = calls[action.call.value];
  if (call.attempt) {
    gone.push_back(std::move(call.attempt));
  }
  CallEnd end = std::exchange(call.end, {});
  end.outcome = action.outcome;
  if (end.reason == core::RefusalReason::kNone) {
    end.reason = action.reason;
  }
  end.retry_after_s = action.retry_after_s;
  parts.observer.ended({call.id,
                        *call.function,
                        end.outcome,
                        end.reason,
                        end.code,
                        end.message,
                        action.attempts,
                        parts.loop.now() - call.arrived_at});
  call.number = 0;
  call.attempt_number = 0;
  call.body->abandon();
  call.body.reset();
  call.function.reset();
  functions.release(call.function_handle);
  const CallSink sink = std::exchange(call.sink, {});
  calls.give_back(action.call.value);
  if (sink.ended) {
    sink.ended(std::move(end));
  }
}

LbGroup::LbGroup(Parts parts, const core::LbConfig& config, const core::Rng& rng)
    : state_(std::make_unique<State>(std::move(parts), config, rng)) {}

// Attempts are given back by gRPC after this: what they still read must not speak of the group.
LbGroup::~LbGroup() {
  for (std::uint32_t number = 0; number < state_->calls.size(); ++number) {
    if (const auto& body = state_->calls[number].body) {
      body->abandon();
    }
  }
}

void LbGroup::set_members(std::span<const core::Member> members) {
  core::MembershipReceived event;
  event.members = members;
  state_->driver.deliver(event);
}

CallTicket LbGroup::begin(CallRequest request, CallSink sink) {
  State& state = *state_;
  const core::CallHandle handle{state.calls.take()};
  Call& call = state.calls[handle.value];
  const core::FunctionHandle function =
      state.functions.use(request.function->slot, request.function->setup);
  call.json = call_json(request.function->json, request.fields);
  call.id = std::move(request.fields.id);
  call.function = std::move(request.function);
  call.function_handle = function;
  call.body = std::make_shared<CallBody>(
      state.parts.loop, state.parts.budget, state.parts.body, std::move(request.body));
  call.sink = std::move(sink);
  call.number = ++state.numbers;
  call.taken = false;
  call.arrived_at = state.parts.loop.now();
  state.parts.observer.arrived();
  const CallTicket ticket{handle.value, call.number};
  // What the machine counts is what the LB may hold.
  const std::uint64_t bytes =
      std::min<std::uint64_t>(request.body_bytes, std::numeric_limits<std::uint32_t>::max());
  state.driver.deliver(core::CallArrived{.call = handle,
                                         .function = function,
                                         .body_bytes = static_cast<std::uint32_t>(bytes),
                                         .detached = request.detached ? 1U : 0U});
  return ticket;
}

void LbGroup::cancel(CallTicket ticket) {
  Call& call = state_->calls[ticket.call];
  if (call.number == ticket.number) {
    call.sink = {};
    state_->driver.deliver(core::CallerGone{core::CallHandle{ticket.call}});
  }
}

void LbGroup::end_batch() {
  state_->bury();
  state_->driver.arm();
}

std::uint32_t LbGroup::waiting() const {
  return state_->machine.waiting();
}

std::uint32_t LbGroup::calls() const {
  return state_->calls.taken();
}

std::size_t LbGroup::functions() const {
  return state_->functions.table().size();
}

}  // namespace fn::services
