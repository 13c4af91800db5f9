// SPDX-License-Identifier: Apache-2.0
//
// Runner: one machine of a group, as a state machine. It takes calls that LBs offer or refuses
// them at once, starts and removes containers, and says which call runs where. fnsim and the
// services drive this same class.
//
// A call goes to an idle container of its function, the one that finished last; else a container
// is started for it when memory and CPU allow, if need be after idle containers of other functions
// were given up (all or nothing). Calls of one function are served in order by whichever container
// comes free or up first.

#pragma once

#include <memory>
#include <vector>

#include "core/base/timer_lanes.h"
#include "core/keepalive/keepalive_policy.h"
#include "core/model/function_table.h"
#include "core/runner/container_pool.h"
#include "core/runner/image_cache.h"
#include "core/runner/messages.h"
#include "core/runner/resource_tracker.h"
#include "core/runner/runner_config.h"
#include "core/runner/slot_queue.h"

namespace fn::core {

class Runner {
 public:
  // REQUIRES: `functions` outlives the runner; config.keep_alive is a known name.
  Runner(const RunnerConfig& config, const FunctionTable& functions);

  // Handles one event at `now` and appends what must be done to `out`.
  // REQUIRES: `now` never goes back.
  void step(Instant now, const CallOffered& event, RunnerOut& out);
  void step(Instant now, const CallCancelled& event, RunnerOut& out);
  void step(Instant now, const ContainerStarted& event, RunnerOut& out);
  void step(Instant now, const ContainerLost& event, RunnerOut& out);
  void step(Instant now, const RunEnded& event, RunnerOut& out);
  void step(Instant now, const DrainStarted& event, RunnerOut& out);
  void step(Instant now, const DrainStopped& event, RunnerOut& out);
  void step(Instant now, const RunnerDeadlineReached& event, RunnerOut& out);
  void step(Instant now, const RunnerEvent& event, RunnerOut& out);

  // From now on the function's handle may be given to another one (FunctionTable::replace). Nothing
  // is left to be let go of: its slot queue is empty, and policies forget it with its last
  // container. REQUIRES: between steps, and no call or container of it is left (asserted).
  void forget(FunctionHandle function) const;

  // The image's number may be given to another one. REQUIRES: no function of it is left.
  void forget_image(std::uint32_t image) { images_.forget(image); }

  // When to send RunnerDeadlineReached if nothing else happens first; kNever: nothing to wait for.
  [[nodiscard]] Instant next_deadline() const {
    const Instant expiry =
        earlier(own_expiry_, later(containers_.oldest_idle_since(), config_.idle_timeout));
    return config_.freeze_after > Duration::zero() ? earlier(expiry, freeze_deadline()) : expiry;
  }

  // An offer of this function, or the end of a run in this container, is about to come: brings near
  // what it will read. Hints change nothing.
  void expect_offer(FunctionHandle function) const { queues_.expect(function); }

  void expect_end(ContainerHandle container) const { containers_.expect(container); }

  [[nodiscard]] const ResourceTracker& resources() const { return tracker_; }

  // Calls accepted and not finished.
  [[nodiscard]] std::uint32_t calls_held() const { return running_ + queues_.waiting(); }

  // The attempts behind these calls: first those that run, then those that wait.
  [[nodiscard]] std::vector<Attempt> held() const;

  [[nodiscard]] std::uint32_t containers() const { return containers_.count(); }

  // The whole state. load() wants a runner built with the configuration and functions of the saved
  // one; after an error the runner is of no use.
  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  void advance(Instant now);
  [[nodiscard]] Instant freeze_deadline() const;
  bool start_container(std::uint32_t queue, RunnerOut& out);
  void evict_until_fits(const FunctionSpec& spec, FunctionHandle for_function, RunnerOut& out);
  void run(ContainerHandle handle, const Attempt& attempt, std::uint32_t thaw, RunnerOut& out);
  void take_idle(ContainerHandle handle);
  void hand_over(ContainerHandle handle, RunnerOut& out);
  void remove(ContainerHandle handle, RemovalReason reason, RunnerOut& out);
  void serve_line(RunnerOut& out);
  void refuse(const CallOffered& event, RefusalReason reason, RunnerOut& out);
  void report_if_idle(RunnerOut& out) const;

  // Functions' own idle times, in idle_times.cc.
  [[nodiscard]] std::uint8_t idle_time_of(Duration timeout);
  [[nodiscard]] bool is_current(const TimerLane::Timer& timer) const;
  void begin_own_idle(ContainerHandle handle);
  void end_own_idle(ContainerHandle handle);
  void find_own_expiry();
  [[nodiscard]] ContainerHandle first_expired_own();
  void save_own_idle(Writer& out) const;
  [[nodiscard]] bool load_own_idle(Reader& in);

  // Saved states, in runner_state.cc.
  [[nodiscard]] bool containers_agree() const;

  RunnerConfig config_;
  const FunctionTable& functions_;
  ResourceTracker tracker_;
  std::unique_ptr<KeepAlivePolicy> keepalive_;
  ContainerPool containers_;
  SlotQueues queues_;
  ImageCache images_;

  // The distinct own times of functions, each with the ends of the idle containers it counts for.
  struct OwnIdle {
    Duration timeout{};
    TimerLane ends;
  };

  std::vector<OwnIdle> own_idle_;
  Instant own_expiry_ = kNever;  // the first of those ends
  std::uint32_t idle_numbers_ = 0;
  std::uint32_t running_ = 0;
  bool draining_ = false;
  std::uint32_t drain_ = 0;  // the number of the last drain
  Instant now_{};
};

}  // namespace fn::core
