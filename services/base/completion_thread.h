// SPDX-License-Identifier: Apache-2.0
//
// CompletionThread: brings the completions of a source (gRPC's queue, in the services) to a loop's
// core thread. While the core thread is awake it asks the source itself, without waiting: a wake-up
// for each completion would cost more than the call. Before it sleeps it gives the turn to a thread
// of its own, which waits, hands over what it found as one batch, and gives the turn back. So one
// of the two asks the source, never both.

#pragma once

#include <functional>
#include <memory>

#include "services/base/loop.h"

namespace fn::services {

// What an operation on a completion queue was given as its tag. `ok` false: it did not take place
// (the stream has ended, the server shuts down).
class Completion {
 public:
  virtual void completed(bool ok) = 0;

 protected:
  ~Completion() = default;
};

// One kind of operation of an object: calls the member function. One operation at a time.
template <typename Owner, void (Owner::*Handler)(bool)>
class CompletionOf final : public Completion {
 public:
  explicit CompletionOf(Owner& owner) : owner_(owner) {}

  void completed(bool ok) override { (owner_.*Handler)(ok); }

 private:
  Owner& owner_;
};

struct Completed {
  Completion* completion = nullptr;
  bool ok = false;
};

// Asked by one thread at a time, except for shut_down().
class CompletionSource {
 public:
  virtual ~CompletionSource() = default;

  // Waits for the next one. False: it was shut down, and there are no more.
  virtual bool next(Completed& completed) = 0;

  // The next one if it is there. False: none is.
  virtual bool take(Completed& completed) = 0;

  // Wakes who waits; what is there still comes.
  virtual void shut_down() = 0;
};

class CompletionThread {
 public:
  // Begins to wait at once. REQUIRES: the source outlives this; on the core thread, or the loop
  // does not run.
  CompletionThread(Loop& loop, CompletionSource& source);
  // REQUIRES: close() was called.
  ~CompletionThread();
  CompletionThread(const CompletionThread&) = delete;
  CompletionThread& operator=(const CompletionThread&) = delete;

  // Hands over completions until `done()`, for a few seconds at most. On the thread that ran the
  // loop, once that has ended.
  void hand_over_until(const std::function<bool()>& done);

  // No operation may be begun from now on. Shuts the source down, joins the thread and hands over
  // what was left. On the core thread, or after it has ended.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
