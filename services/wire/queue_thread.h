// SPDX-License-Identifier: Apache-2.0
//
// QueueThread: a gRPC completion queue whose completions come on a loop's core thread
// (services/base/completion_thread.h).

#pragma once

#include <functional>
#include <memory>

#include "services/base/completion_thread.h"
#include "services/base/loop.h"

namespace grpc {
class CompletionQueue;
}  // namespace grpc

namespace fn::services {

class QueueThread {
 public:
  QueueThread(Loop& loop, std::unique_ptr<grpc::CompletionQueue> queue);
  // REQUIRES: close() was called.
  ~QueueThread();
  QueueThread(const QueueThread&) = delete;
  QueueThread& operator=(const QueueThread&) = delete;

  [[nodiscard]] grpc::CompletionQueue& queue();

  // As of CompletionThread: gRPC gives back the operations of broken streams one by one, and a
  // queue may be closed only when nobody begins new ones.
  void hand_over_until(const std::function<bool()>& done);
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
