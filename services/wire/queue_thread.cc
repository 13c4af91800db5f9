// SPDX-License-Identifier: Apache-2.0

#include "services/wire/queue_thread.h"

#include <utility>

#include <grpc/support/time.h>
#include <grpcpp/completion_queue.h>

namespace fn::services {
namespace {

class GrpcCompletions final : public CompletionSource {
 public:
  explicit GrpcCompletions(grpc::CompletionQueue& queue) : queue_(queue) {}

  bool next(Completed& completed) override {
    void* tag = nullptr;
    const bool found = queue_.Next(&tag, &completed.ok);
    completed.completion = static_cast<Completion*>(tag);
    return found;
  }

  bool take(Completed& completed) override {
    void* tag = nullptr;
    const auto status = queue_.AsyncNext(&tag, &completed.ok, gpr_inf_past(GPR_CLOCK_MONOTONIC));
    completed.completion = static_cast<Completion*>(tag);
    return status == grpc::CompletionQueue::GOT_EVENT;
  }

  void shut_down() override { queue_.Shutdown(); }

 private:
  grpc::CompletionQueue& queue_;
};

}  // namespace

struct QueueThread::State {
  State(Loop& loop, std::unique_ptr<grpc::CompletionQueue> its_queue)
      : queue(std::move(its_queue)), completions(*queue), thread(loop, completions) {}

  std::unique_ptr<grpc::CompletionQueue> queue;
  GrpcCompletions completions;
  CompletionThread thread;
};

QueueThread::QueueThread(Loop& loop, std::unique_ptr<grpc::CompletionQueue> queue)
    : state_(std::make_unique<State>(loop, std::move(queue))) {}

QueueThread::~QueueThread() = default;

grpc::CompletionQueue& QueueThread::queue() {
  return *state_->queue;
}

void QueueThread::hand_over_until(const std::function<bool()>& done) {
  state_->thread.hand_over_until(done);
}

void QueueThread::close() {
  state_->thread.close();
}

}  // namespace fn::services
