// SPDX-License-Identifier: Apache-2.0

#include "services/runner/runner_node.h"

#include <utility>
#include <vector>

#include "core/runner/runner.h"
#include "services/base/clock.h"
#include "services/base/machine_driver.h"
#include "services/base/slots.h"
#include "services/runner/container_places.h"
#include "services/runner/runner_drain.h"
#include "services/wire/function_registry.h"

namespace fn::services {
namespace {

struct Call {
  std::shared_ptr<OfferedCall> offered;
  CallFields fields;
  BodyPipePtr body;
  core::FunctionHandle function;
  std::uint32_t attempt = 0;
  core::Instant offered_at{};
  core::Instant ran_at{};
  core::ContainerHandle container;  // of its run
  std::uint64_t log = 0;            // its number in the store
  RunOutcome outcome;
};

using Place = ContainerPlaces::Place;

}  // namespace

struct RunnerNode::State {
  State(Loop& its_loop,
        const core::RunnerConfig& config,
        ContainerDriver& its_driver,
        RunnerObserver& its_observer,
        const CallLogLimits& log_limits)
      : loop(its_loop),
        driver(its_driver),
        observer(its_observer),
        logs(log_limits),
        memory(config.memory),
        cpu(config.cpu),
        machine(config, functions.table()),
        machine_driver(its_loop, machine, [this](const core::RunnerOut& out) {
          present = &out;
          for (const core::RunnerAction& action : out.actions) {
            carry_out(action);
          }
        }) {
    loop.at_batch_end([this] {
      forget_unused();
      places.bury();
    });
  }

  void carry_out(const core::RunnerAction& action);
  void start_container(const core::StartContainer& action);
  void run_call(const core::RunCall& action);
  void finish_call(const core::FinishCall& action);
  void remove_container(const core::RemoveContainer& action);
  [[nodiscard]] FunctionError start_error();

  // Between steps, and when no event waits that could speak of the function.
  void forget_unused() {
    while (const auto forgotten = functions.let_go()) {
      machine.forget(forgotten->function);
      if (forgotten->image) {
        machine.forget_image(*forgotten->image);
      }
    }
  }

  void free_call(core::CallHandle handle) {
    Call& call = calls[handle.value];
    if (call.attempt != 0) {
      call.attempt = 0;
      functions.release(call.function);
      call.offered.reset();
      call.body.reset();
      calls.give_back(handle.value);
    }
  }

  Loop& loop;
  ContainerDriver& driver;
  RunnerObserver& observer;
  CallLogStore logs;
  core::MemoryMib memory;
  core::MilliCpu cpu;
  FunctionRegistry functions;
  core::Runner machine;
  MachineDriver<core::Runner, core::RunnerEvent, core::RunnerOut, core::RunnerDeadlineReached>
      machine_driver;
  Slots<Call> calls;
  std::uint32_t attempts = 0;
  ContainerPlaces places;
  const core::RunnerOut* present = nullptr;  // what is being carried out
  RunnerDrain drain;
  RunnerLease lease;
  RunnerCounts counts;
};

void RunnerNode::State::carry_out(const core::RunnerAction& action) {
  switch (action.kind()) {
    case core::RunnerActionKind::kAcceptCall:
      calls[action.as<core::AcceptCall>().call.value].offered->accept();
      break;
    case core::RunnerActionKind::kNackCall: {
      const auto nack = action.as<core::NackCall>();
      ++counts.refused;
      calls[nack.call.value].offered->refuse(nack.reason);
      free_call(nack.call);
      break;
    }
    case core::RunnerActionKind::kFinishCall:
      finish_call(action.as<core::FinishCall>());
      break;
    case core::RunnerActionKind::kStartContainer:
      start_container(action.as<core::StartContainer>());
      break;
    case core::RunnerActionKind::kRunCall:
      run_call(action.as<core::RunCall>());
      break;
    case core::RunnerActionKind::kStopRun:
      places.at(action.as<core::StopRun>().container).container->stop_run();
      break;
    case core::RunnerActionKind::kRemoveContainer:
      remove_container(action.as<core::RemoveContainer>());
      break;
    case core::RunnerActionKind::kFreezeContainer:
      places.at(action.as<core::FreezeContainer>().container).container->freeze();
      break;
    case core::RunnerActionKind::kReportIdle:
      drain.reported();
      break;
  }
}

void RunnerNode::State::start_container(const core::StartContainer& action) {
  functions.use(action.function);
  Place& starting = places.at(action.container);
  starting.number = action.number;
  starting.starting = true;
  starting.start = 0;
  StartSink sink;
  sink.started = [this, action](std::unique_ptr<Container> container) {
    Place& its_place = places.at(action.container);
    if (its_place.number != action.number) {
      places.end(std::move(container));
      return;
    }
    its_place.container = std::move(container);
    its_place.starting = false;
    machine_driver.deliver(core::ContainerStarted{action.container, action.number});
  };
  sink.failed = [this, action](FunctionError error) {
    Place& its_place = places.at(action.container);
    if (its_place.number == action.number) {
      its_place.error = std::move(error);
      its_place.starting = false;
      machine_driver.deliver(core::ContainerLost{action.container, action.number});
    }
  };
  sink.lost = [this, action] {
    machine_driver.deliver(core::ContainerLost{action.container, action.number});
  };
  const std::uint64_t token = driver.start(functions.setup(action.function), std::move(sink));
  Place& started = places.at(action.container);
  if (started.number == action.number && started.starting) {
    started.start = token;
  }
}

void RunnerNode::State::run_call(const core::RunCall& action) {
  Call& call = calls[action.call.value];
  const FunctionSetup& setup = functions.setup(call.function);
  call.ran_at = loop.now();
  call.container = action.container;
  call.log = logs.begin(call.fields.id, action.number);
  observer.run_began(call.fields.id, setup, action.number, action.first_run != 0);
  RunRequest request;
  request.call_id = call.fields.id;
  request.timeout = setup.timeout;
  request.deadline = rfc3339(wall_now_ns() + setup.timeout.count());
  request.method = std::move(call.fields.method);
  request.url = std::move(call.fields.url);
  request.type = std::move(call.fields.type);
  request.headers = std::move(call.fields.headers);
  request.body = call.body;
  RunSink sink;
  const std::uint32_t attempt = call.attempt;
  const std::uint32_t index = action.call.value;
  sink.answered = [this, index, attempt](unsigned status, HttpHeaders headers, BodyPipePtr body) {
    if (calls[index].attempt == attempt) {
      calls[index].offered->answered(status, std::move(headers), std::move(body));
    }
  };
  sink.ended = [this, index, attempt, action](RunOutcome outcome) {
    const core::RunEnded ended{
        action.container, action.number, outcome.outcome, outcome.reusable ? 1U : 0U};
    if (calls[index].attempt == attempt) {
      calls[index].outcome = std::move(outcome);
    }
    machine_driver.deliver(ended);
  };
  places.at(action.container).container->run(std::move(request), std::move(sink));
}

// A call that has not run ends because a container could not be started; that one goes with it.
FunctionError RunnerNode::State::start_error() {
  for (const core::RunnerAction& action : present->actions) {
    if (action.kind() == core::RunnerActionKind::kRemoveContainer) {
      return places.at(action.as<core::RemoveContainer>().container).error;
    }
  }
  return {};
}

void RunnerNode::State::finish_call(const core::FinishCall& action) {
  Call& call = calls[action.call.value];
  const bool ran = call.ran_at != core::Instant{};
  if (ran) {
    const Container* const container = places.at(call.container).container.get();
    logs.set(call.log, container == nullptr ? "" : container->log_of(call.fields.id));
  } else {
    call.outcome = RunOutcome{action.outcome, false, start_error()};
    logs.set(logs.begin(call.fields.id, 0), call.outcome.error.log);
  }
  ++(action.outcome == core::CallOutcome::kCompleted ? counts.completed : counts.failed);
  const core::Instant began = ran ? call.ran_at : loop.now();
  observer.run_ended(
      call.fields.id, functions.setup(call.function), call.outcome, loop.now() - began);
  call.offered->finished(call.outcome, began - call.offered_at, loop.now() - began);
  free_call(action.call);
}

void RunnerNode::State::remove_container(const core::RemoveContainer& action) {
  Place& removed = places.at(action.container);
  observer.container_removed(functions.setup(action.function), action.number, action.reason);
  if (removed.container != nullptr) {
    logs.renew(action.number, [&container = *removed.container](const std::string& call_id) {
      return container.log_of(call_id);
    });
  }
  places.remove(removed, driver);
  functions.release(action.function);
}

RunnerNode::RunnerNode(Loop& loop,
                       const core::RunnerConfig& config,
                       ContainerDriver& driver,
                       RunnerObserver& observer,
                       const CallLogLimits& logs)
    : state_(std::make_unique<State>(loop, config, driver, observer, logs)) {}

RunnerNode::~RunnerNode() = default;

OfferTicket RunnerNode::offer(std::shared_ptr<OfferedCall> offered,
                              ParsedCall call,
                              const std::string& slot,
                              BodyPipePtr body) {
  State& state = *state_;
  const core::FunctionHandle function =
      state.functions.use(slot.empty() ? slot_hash(function_json(call.setup)) : slot, call.setup);
  const core::CallHandle handle{state.calls.take()};
  Call& entry = state.calls[handle.value];
  entry.offered = std::move(offered);
  entry.fields = std::move(call.fields);
  entry.body = std::move(body);
  entry.function = function;
  entry.attempt = ++state.attempts == 0 ? ++state.attempts : state.attempts;
  entry.offered_at = state.loop.now();
  entry.ran_at = {};
  entry.outcome = {};
  ++state.counts.offered;
  const OfferTicket ticket{handle.value, entry.attempt};
  state.machine_driver.deliver(
      core::CallOffered{handle, function, core::LbHandle{0}, ticket.attempt});
  return ticket;
}

void RunnerNode::cancel(OfferTicket ticket) {
  if (ticket.attempt != 0 && ticket.call < state_->calls.size() &&
      state_->calls[ticket.call].attempt == ticket.attempt) {
    const core::CallHandle call{ticket.call};
    state_->machine_driver.deliver(core::CallCancelled{
        call, state_->calls[ticket.call].function, core::LbHandle{0}, ticket.attempt});
    state_->free_call(call);
  }
}

void RunnerNode::drain(std::function<void()> idle) {
  state_->drain.end(std::move(idle));
  state_->machine_driver.deliver(core::DrainStarted{});
}

void RunnerNode::leave(std::uint32_t drain, std::function<void(bool idle)> ended) {
  state_->drain.leave(std::move(ended));
  state_->machine_driver.deliver(core::DrainStarted{drain});
}

void RunnerNode::revive() {
  if (state_->drain.revive()) {
    state_->machine_driver.deliver(core::DrainStopped{});
  }
}

void RunnerNode::stop_leaving() {
  state_->drain.stop_leaving();
}

bool RunnerNode::remove_containers() {
  if (state_->machine.calls_held() > 0) {
    return false;
  }
  const std::vector<Place>& places = state_->places.all();
  for (std::uint32_t index = 0; index < places.size(); ++index) {
    const std::uint32_t number = places[index].number;
    if (number != 0) {
      state_->machine_driver.deliver(core::ContainerLost{core::ContainerHandle{index}, number});
    }
  }
  return true;
}

void RunnerNode::set_lease(RunnerLease lease) {
  state_->lease = std::move(lease);
}

const RunnerLease& RunnerNode::lease() const {
  return state_->lease;
}

core::MemoryMib RunnerNode::memory() const {
  return state_->memory;
}

core::MilliCpu RunnerNode::cpu() const {
  return state_->cpu;
}

bool RunnerNode::draining() const {
  return state_->drain.draining();
}

void RunnerNode::stop() {
  for (Place& each : state_->places.all()) {
    state_->places.remove(each, state_->driver);
  }
  state_->places.bury();
}

RunnerCounts RunnerNode::counts() const {
  RunnerCounts counts = state_->counts;
  counts.held = state_->machine.calls_held();
  counts.containers = state_->machine.containers();
  counts.functions = state_->functions.table().size();
  counts.container_mib = state_->machine.resources().used_memory().value;
  counts.idle_mib = state_->machine.resources().idle_memory().value;
  return counts;
}

std::optional<std::string> RunnerNode::log_of(const std::string& call_id) const {
  const CallLogStore::Kept* const kept = state_->logs.find(call_id);
  if (kept == nullptr) {
    return std::nullopt;
  }
  if (const Container* const container = state_->places.find(kept->container)) {
    std::string present = container->log_of(call_id);
    return present.size() > kept->log.size() ? present : kept->log;
  }
  return kept->log;
}

}  // namespace fn::services
