// SPDX-License-Identifier: Apache-2.0
//
// Loop: the core thread of a shard. It runs an Asio loop in batches; within a batch now() is one
// and the same time. All of a shard's sessions, timers and machines live on it; other threads reach
// it by post() only.

#pragma once

#include <functional>
#include <memory>

#include "core/base/time.h"

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace fn::services {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // The time of this batch. Called from the core thread only.
  [[nodiscard]] core::Instant now();

  // Runs `work` on the core thread, soon. From any thread.
  void post(std::function<void()> work);

  // Work that is found by asking, beside what sockets and timers bring. The loop asks in every
  // batch, from ask() on until a batch had nothing to do.
  class Source {
   public:
    virtual ~Source() = default;

    // Does what there is, without waiting. True: there was something.
    virtual bool poll() = 0;
    // The loop does not ask any more: a thread of the source waits from now on, and calls ask().
    virtual void rest() = 0;
  };

  // REQUIRES: on the core thread, or the loop does not run.
  void add(Source& source);
  void remove(Source& source);

  // From any thread.
  void ask();

  // Calls `hook` at the end of each batch, in the order in which the hooks were added.
  void at_batch_end(std::function<void()> hook);

  // Runs until stop(). The calling thread is the core thread from now on. May be run again.
  void run();

  // Ends run() after the present batch. From any thread.
  void stop();

  // For the parts of services/base that own sockets.
  [[nodiscard]] boost::asio::io_context& io();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One timer of a loop: set to a time, it calls its handler once. Setting it again replaces the
// time, cancelling or destroying it forgets the call.
class LoopTimer {
 public:
  explicit LoopTimer(Loop& loop);
  ~LoopTimer();
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  void set(core::Instant at, std::function<void()> handler);
  void set_after(core::Duration delay, std::function<void()> handler);
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
