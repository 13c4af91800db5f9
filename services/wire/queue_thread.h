// SPDX-License-Identifier: Apache-2.0
//
// QueueThread: waits on one gRPC completion queue and hands what completes over to a loop's core
// thread, in batches: one wake-up per batch, however many completions came.

#pragma once

#include <functional>
#include <memory>

#include "services/base/loop.h"

namespace grpc {
class CompletionQueue;
}  // namespace grpc

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

class QueueThread {
 public:
  QueueThread(Loop& loop, std::unique_ptr<grpc::CompletionQueue> queue);
  // REQUIRES: close() was called.
  ~QueueThread();
  QueueThread(const QueueThread&) = delete;
  QueueThread& operator=(const QueueThread&) = delete;

  [[nodiscard]] grpc::CompletionQueue& queue();

  // Hands over completions until `done()`, for a few seconds at most. On the thread that ran the
  // loop, once that has ended: gRPC gives back the operations of broken streams one by one, and a
  // queue may be closed only when nobody begins new ones.
  void hand_over_until(const std::function<bool()>& done);

  // No operation may be begun from now on. Joins the thread and hands over what was left, at once.
  // Called on the core thread, or after it has ended.
  void close();

 private:
  struct State;

  // The thread's work, until the queue is closed and empty.
  static void wait(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace fn::services
