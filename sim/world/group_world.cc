// SPDX-License-Identifier: Apache-2.0

#include "sim/world/group_world.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"

namespace fn::sim {

namespace {

// The LB that a function's call 0 goes to.
std::uint32_t lb_of_first_call(const core::FunctionSpec& spec, std::uint32_t lbs) {
  return static_cast<std::uint32_t>(core::mix64(spec.key) % lbs);
}

}  // namespace

GroupWorld::GroupWorld(const GroupSetup& setup, GroupWorkload workload, const core::Rng& rng)
    : setup_(setup),
      workload_(std::move(workload)),
      rng_(rng.fork(workload_.label)),
      agenda_(setup.network.one_way, setup.network.control_one_way),
      recorder_(setup.recorder),
      pull_(setup.container.pull),
      create_(setup.container.create),
      init_(setup.container.init),
      container_rng_(rng_.fork("containers")),
      npm_(setup.npm),
      provider_(setup.provider, setup.runner, rng_.fork("provider")),
      poll_pending_(setup.nodes.lb_count, false) {
  setup_.runner.group = workload_.handle;
  for (core::FunctionSpec& spec : workload_.functions) {
    spec.group = workload_.handle;
    functions_.add(spec);
    lb_offset_.push_back(lb_of_first_call(spec, setup_.nodes.lb_count));
  }
  for (std::uint32_t lb = 0; lb < setup_.nodes.lb_count; ++lb) {
    core::LbConfig config = setup_.lb;
    config.group = workload_.handle;
    // Each LB keeps its own beat, the same in every group.
    core::Rng beat = rng.fork("lb-" + std::to_string(lb + 1) + "/beat");
    config.advertise_phase = core::Duration(static_cast<std::int64_t>(
        beat.below(static_cast<std::uint64_t>(config.advertise_every.count()))));
    lbs_.push_back(std::make_unique<LbNode>(
        LbNode{config, core::LoadBalancer(config, functions_, lb_stream(lb))}));
  }
  start();
}

// The runners that exist at time 0 are known to everybody at once.
void GroupWorld::start() {
  for (std::uint32_t count = 0; count < setup_.nodes.initial_runners; ++count) {
    add_runner(provider_.create());
  }
  if (setup_.provider.kind == ProviderKind::kFnStub) {
    for (std::uint32_t count = 0; count < setup_.provider.stub_address_count; ++count) {
      add_runner(provider_.create_address());
    }
  }
  core::RunnersListed listed;
  listed.runners = provider_.list();
  step_npm(listed);
  starting_ = false;
}

core::Instant GroupWorld::fill(core::Instant until) {
  if (next_arrival_ == arrivals_.size()) {
    arrivals_.clear();
    next_arrival_ = 0;
  }
  workload_.arrivals->fill(until, arrivals_);
  return arrivals_.empty() ? core::Instant::min() : arrivals_.back().at;
}

void GroupWorld::run(core::Instant until, core::Instant last_arrival) {
  if (last_arrival != core::Instant::min()) {
    recorder_.checkpoint(last_arrival);
  }
  for (;;) {
    if (agenda_.has_message()) {
      deliver(agenda_.message());
      agenda_.drop_message();
      continue;
    }
    if (agenda_.has_due()) {
      handle_due(agenda_.take_due());
      continue;
    }
    const core::Instant next_arrival =
        next_arrival_ < arrivals_.size() ? arrivals_[next_arrival_].at : core::kNever;
    if (next_arrival == agenda_.now()) {
      arrive(arrivals_[next_arrival_++]);
      continue;
    }
    const core::Instant next = core::earlier(agenda_.next_time(), next_arrival);
    if (next >= until) {
      return;
    }
    agenda_.advance(next, [this](std::uint64_t word) { expect_end(word); });
  }
}

MinuteRow GroupWorld::end_minute(core::Instant minute_end) {
  std::uint64_t waiting = 0;
  for (const std::unique_ptr<LbNode>& lb : lbs_) {
    waiting += lb->machine.waiting();
  }
  std::uint64_t capacity = 0;
  for (const core::Member& member : npm_.members()) {
    capacity += member.memory_mib;
  }
  if (!final_digest_ && finished()) {
    final_digest_ = digest_.value();
  }
  recorder_.demand(
      minute_end, static_cast<std::uint64_t>(npm_.demand().memory_mib), capacity, waiting);
  return recorder_.end_minute(minute_end);
}

bool GroupWorld::finished() const {
  return workload_.arrivals->exhausted() && next_arrival_ == arrivals_.size() &&
         calls_.waiting_callers() == 0;
}

inline void GroupWorld::arrive(const Arrival& arrival) {
  const core::CallHandle handle = calls_.open();
  CallSlot& call = calls_[handle];
  call.arrived = agenda_.now();
  call.run = arrival.run;
  call.first_run = arrival.first_run;
  call.function = arrival.function;
  const std::uint32_t lbs = setup_.nodes.lb_count;
  call.lb = lbs == 1 ? 0 : (arrival.index + lb_offset_[arrival.function.value]) % lbs;
  call.open = true;
  call.at_lb = true;
  recorder_.call_arrived(agenda_.now());
  if (setup_.caller.patience != core::kForever) {
    agenda_.schedule(core::later(agenda_.now(), setup_.caller.patience),
                     EventClass::kTimer,
                     DueWord{Due::kCallerGivesUp, call.life, handle.value}.packed());
  }
  caller_asks(handle, call);
}

// A call's run ends soon: brings near what will be read then.
inline void GroupWorld::expect_end(std::uint64_t word) const {
  const DueWord due = DueWord::of(word);
  if (due.due != Due::kRunEnded) {
    return;
  }
  const CallSlot& call = calls_[core::CallHandle{due.index}];
  if (const std::uint32_t slot = slot_of(call.runner); slot < runners_.size()) {
    runners_[slot]->machine.expect_end(call.container);
  }
}

inline void GroupWorld::deliver(const Message& message) {
  switch (message.to) {
    case Role::kLb:
      deliver_to_lb(message);
      break;
    case Role::kRunner:
      deliver_to_runner(message);
      break;
    case Role::kNpm:
      deliver_to_npm(message);
      break;
    case Role::kCaller:
      FN_ASSERT(false);
  }
}

inline void GroupWorld::handle_due(std::uint64_t word) {
  const DueWord due = DueWord::of(word);
  switch (due.due) {
    case Due::kRunEnded:
      run_ended(word);
      break;
    case Due::kContainerStarted:
      container_started(due.index);
      break;
    case Due::kRunnerDeadline:
      runner_deadline(due.index);
      break;
    case Due::kLbDeadline:
      lb_deadline(due.index);
      break;
    case Due::kNpmDeadline:
      npm_deadline();
      break;
    case Due::kProviderAnswers:
      provider_answers(due.index);
      break;
    case Due::kRunnerBooted:
      runner_booted();
      break;
    case Due::kListChanged:
      publish_list();
      break;
    case Due::kMembershipPolled:
      send_membership(due.index);
      break;
    case Due::kCallerGivesUp:
    case Due::kCallerRetries: {
      const core::CallHandle call{due.index};
      if ((calls_[call].life & DueWord::kUseMask) != due.use) {
        break;
      }
      due.due == Due::kCallerGivesUp ? caller_gives_up(call) : caller_retries(call);
      break;
    }
  }
}

}  // namespace fn::sim
