// SPDX-License-Identifier: Apache-2.0
//
// RunnerNode: the driver of core::Runner. It hands offers to the machine and carries out what the
// machine asks for with a ContainerDriver. It lives on one core thread and knows no transport.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/units.h"
#include "core/runner/runner_config.h"
#include "services/base/loop.h"
#include "services/runner/call_log_store.h"
#include "services/runner/container.h"
#include "services/runner/offered_call.h"
#include "services/runner/runner_observer.h"
#include "services/wire/call_json.h"

namespace fn::services {

// One offer as the node knows it again; kept by whoever carries it, to cancel it.
struct OfferTicket {
  std::uint32_t call = 0;
  std::uint32_t attempt = 0;
};

// What the runner has done since it started, and holds now.
struct RunnerCounts {
  std::uint64_t offered = 0;
  std::uint64_t refused = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint32_t held = 0;
  std::uint32_t containers = 0;
  std::size_t functions = 0;       // versions of functions for which there is room in its tables
  std::int64_t container_mib = 0;  // memory that containers hold
  std::int64_t idle_mib = 0;       // that of containers that run no call
};

struct RunnerLease {
  std::string group;
  std::uint64_t number = 0;
};

class RunnerNode {
 public:
  // REQUIRES: loop, driver and observer outlive the node; the loop is not run after its end.
  RunnerNode(Loop& loop,
             const core::RunnerConfig& config,
             ContainerDriver& driver,
             RunnerObserver& observer,
             const CallLogLimits& logs = {});
  ~RunnerNode();
  RunnerNode(const RunnerNode&) = delete;
  RunnerNode& operator=(const RunnerNode&) = delete;

  // Offers the call. `slot` is its slot key; empty: made from the call. Answers through `offered`,
  // maybe from within.
  OfferTicket offer(std::shared_ptr<OfferedCall> offered,
                    ParsedCall call,
                    const std::string& slot,
                    BodyPipePtr body);

  // The LB takes the call back; unknown and ended ones are passed over. Nothing is answered.
  void cancel(OfferTicket ticket);

  // Refuses calls from now on; `idle` is called once when none is held any more.
  void drain(std::function<void()> idle);
  [[nodiscard]] bool draining() const;

  // The node pool manager drains the runner: `ended` is called once, with true when it holds no
  // call any more, with false when another drain or revive() came first.
  void leave(std::uint32_t drain, std::function<void(bool idle)> ended);
  // Takes calls again, unless drain() was called.
  void revive();
  // Who waits for the end of leave() is told that it is not to come.
  void stop_leaving();

  // Removes all containers; false: calls run, and nothing is removed.
  bool remove_containers();

  // The group that the runner is leased to, which it only remembers; empty: none.
  void set_lease(RunnerLease lease);
  [[nodiscard]] const RunnerLease& lease() const;

  // What containers may hold.
  [[nodiscard]] core::MemoryMib memory() const;
  [[nodiscard]] core::MilliCpu cpu() const;

  // Removes all containers, cutting what runs.
  void stop();

  [[nodiscard]] RunnerCounts counts() const;

  // Stderr of a call that runs here or ran lately, as far as it has been written; none: unknown.
  [[nodiscard]] std::optional<std::string> log_of(const std::string& call_id) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
