// SPDX-License-Identifier: Apache-2.0
//
// GroupWorld: one LB group's share of a deployment: its part of every load balancer and of the node
// pool manager, its runners, and models of what surrounds them (network, provider, containers,
// callers). It delivers events to the core's machines in the total order of the agenda and carries
// out their actions; it takes no decision of theirs. Worlds share nothing, so they may run in any
// threads.
//
// A run goes in slices: fill() draws the arrivals up to a time, run() lets everything before that
// time happen, end_minute() closes the books of the minute.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.h"
#include "core/base/rng.h"
#include "core/lb/load_balancer.h"
#include "core/npm/node_pool_manager.h"
#include "core/runner/runner.h"
#include "sim/kernel/agenda.h"
#include "sim/models/delay_sampler.h"
#include "sim/models/provider.h"
#include "sim/report/decision_log.h"
#include "sim/report/group_recorder.h"
#include "sim/workload/workload.h"
#include "sim/world/call_slots.h"
#include "sim/world/group_setup.h"
#include "sim/world/member_lists.h"
#include "sim/world/message.h"
#include "sim/world/runner_node.h"

namespace fn::sim {

class GroupWorld {
 public:
  // `rng` is the run's root; the world forks its own streams by the workload's label.
  GroupWorld(const GroupSetup& setup, GroupWorkload workload, const core::Rng& rng);

  // Counts each function as well (GroupRecorder::functions). REQUIRES: nothing has run yet.
  void keep_functions() { recorder_.keep_functions(workload_.functions.size()); }

  // Keeps metrics as well (GroupRecorder::metrics). REQUIRES: nothing has run yet.
  void keep_metrics() { recorder_.keep_metrics(); }

  // Draws the arrivals before `until`; returns the last one so far, or Instant::min().
  core::Instant fill(core::Instant until);

  // Lets everything before `until` happen. `last_arrival`: of the whole run, as far as known.
  void run(core::Instant until, core::Instant last_arrival);

  MinuteRow end_minute(core::Instant minute_end);

  // No arrival is left and every caller has an answer.
  [[nodiscard]] bool finished() const;

  // Until the end of the minute in which it finished: the world goes on as long as others do, and
  // how long that is must not show.
  [[nodiscard]] std::uint64_t digest() const { return final_digest_.value_or(digest_.value()); }

  [[nodiscard]] const std::string& name() const { return workload_.name; }

  [[nodiscard]] const GroupRecorder& recorder() const { return recorder_; }

  [[nodiscard]] const GroupWorkload& workload() const { return workload_; }

  // The facts since it was last cleared.
  [[nodiscard]] DecisionLog& decisions() { return decisions_; }

  // Puts in every machine's place one that is built anew and loaded from its saved bytes; the run
  // goes on as if nothing had happened. The error names the machine whose bytes do not add up.
  core::Status reload_machines();

 private:
  struct LbNode {
    core::LbConfig config;
    core::LoadBalancer machine;
    core::Instant armed = core::kNever;
  };

  // The stream of all that this LB draws for this group.
  [[nodiscard]] core::Rng lb_stream(std::uint32_t lb) const {
    return rng_.fork("lb-" + std::to_string(lb + 1));
  }

  // The way of time, in group_world.cc.
  void start();
  void arrive(const Arrival& arrival);
  void deliver(const Message& message);
  void deliver_to_runner(const Message& message);
  void handle_due(std::uint64_t word);

  // What the digest takes in: every event that is delivered, and every action that does not become
  // a message, whose delivery would tell the same again. Of each the time, whose it is, its kind
  // and its body. Kinds of actions are the core's; these marks tell events that are not messages.
  enum Mark : std::uint32_t {
    kArrivalMark = 0,
    kGoneMark = 1,
    kDeadlineMark = 27,
    kStartedMark = 28,
    kLostMark = 29,
    kEndedMark = 30,
  };

  static constexpr std::uint32_t kMessageMark = 1U << 5;

  template <typename Action>
  void note_action(Role role, std::uint32_t node, const Action& action) {
    note(role, node, static_cast<std::uint32_t>(action.kind()), action.words());
  }

  void note(Role role, std::uint32_t node, std::uint32_t kind, const core::Words& body) {
    const std::uint64_t head =
        (static_cast<std::uint64_t>(role) << 22) | (std::uint64_t{kind} << 16) | (node & 0xffffU);
    digest_.event(agenda_.now(), head, body);
  }

  void note_message(const Message& message) {
    note(message.to, message.target, kMessageMark | message.kind, message.body);
  }

  // Load balancers and callers, in lb_side.cc.
  template <typename Event>
  void step_lb(std::uint32_t lb, const Event& event);
  void deliver_to_lb(const Message& message);
  void carry_out_lb(std::uint32_t lb);
  void try_call(std::uint32_t lb, const core::TryCall& action);
  void respond(const core::RespondToCaller& action);
  void lb_deadline(std::uint32_t lb);

  // The event is made twice: one that has an address lies in memory in parts, and hashing it from
  // there would stall the processor.
  void caller_asks(core::CallHandle handle, const CallSlot& call) {
    note(
        Role::kCaller, call.lb, kArrivalMark, core::pack(core::CallArrived{handle, call.function}));
    step_lb(call.lb, core::CallArrived{handle, call.function});
  }

  void caller_gives_up(core::CallHandle handle);
  void caller_retries(core::CallHandle handle);
  void note_lb_facts(std::uint32_t lb);
  void log_lb_fact(std::uint32_t lb, const core::LbFact& fact);

  // Runners and containers, in runner_side.cc.
  template <typename Event>
  void step_runner(std::uint32_t slot, const Event& event);
  void carry_out_runner(RunnerNode& node);
  void start_container(RunnerNode& node, const core::StartContainer& action);
  void run_call(RunnerNode& node, const core::RunCall& action);
  void stop_run(const RunnerNode& node, const core::StopRun& action);
  void run_ended(std::uint64_t word);
  void expect_end(std::uint64_t word) const;
  void container_started(std::uint32_t start_slot);
  void runner_deadline(std::uint32_t slot);
  void add_runner(core::RunnerHandle handle);
  void drop_runner(core::RunnerHandle handle, bool by_drain);
  [[nodiscard]] std::uint32_t slot_of(core::RunnerHandle handle) const;

  // The node pool manager and the provider, in npm_side.cc.
  template <typename Event>
  void step_npm(const Event& event);
  void deliver_to_npm(const Message& message);
  void carry_out_npm();
  void npm_deadline();
  void provider_answers(std::uint32_t order);
  void runner_booted();
  void list_changed();
  void publish_list();
  void remove_runner(const core::RemoveRunner& action);
  void publish_membership();
  void send_membership(std::uint32_t lb);
  void count_runners();

  GroupSetup setup_;
  GroupWorkload workload_;
  core::Rng rng_;
  core::FunctionTable functions_;
  Agenda<Message> agenda_;
  core::Digest digest_;
  std::optional<std::uint64_t> final_digest_;
  GroupRecorder recorder_;
  DecisionLog decisions_;

  std::vector<Arrival> arrivals_;
  std::size_t next_arrival_ = 0;
  std::vector<std::uint32_t> lb_offset_;  // by function: which LB its call 0 goes to
  CallSlots calls_;
  std::vector<std::unique_ptr<LbNode>> lbs_;
  core::LbOut lb_out_;

  std::vector<std::unique_ptr<RunnerNode>> runners_;  // by slot
  std::vector<std::uint32_t> free_runner_slots_;
  std::vector<std::uint32_t> runner_slot_;  // by runner number
  core::RunnerOut runner_out_;

  struct ContainerStart {
    core::RunnerHandle runner;
    core::ContainerHandle container;
    std::uint32_t number = 0;
    bool fails = false;
  };

  std::vector<ContainerStart> starts_;
  std::vector<std::uint32_t> free_starts_;
  DelaySampler pull_;
  DelaySampler create_;
  DelaySampler init_;
  core::Rng container_rng_;

  core::NodePoolManager npm_;
  core::Instant npm_armed_ = core::kNever;
  core::NpmOut npm_out_;
  Provider provider_;
  MemberLists lists_;
  std::uint64_t membership_generation_ = 0;
  bool starting_ = true;
  bool list_pending_ = false;
  std::vector<bool> poll_pending_;  // by LB
};

}  // namespace fn::sim
