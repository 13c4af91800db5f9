// SPDX-License-Identifier: Apache-2.0

#include "services/wire/queue_thread.h"

#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <grpcpp/completion_queue.h>

#include "core/base/assert.h"

namespace fn::services {
namespace {

struct Done {
  Completion* completion = nullptr;
  bool ok = false;
};

}  // namespace

struct QueueThread::State {
  State(Loop& its_loop, std::unique_ptr<grpc::CompletionQueue> its_queue)
      : loop(its_loop), queue(std::move(its_queue)) {}

  // On the core thread.
  void hand_over() {
    {
      const std::scoped_lock lock(mutex);
      handed.swap(ready);
    }
    for (const Done& done : handed) {
      done.completion->completed(done.ok);
    }
    handed.clear();
  }

  // True: the core thread must be woken.
  bool add(const Done& done) {
    const std::scoped_lock lock(mutex);
    ready.push_back(done);
    return ready.size() == 1;
  }

  Loop& loop;
  std::unique_ptr<grpc::CompletionQueue> queue;
  std::mutex mutex;
  std::vector<Done> ready;   // guarded by mutex
  std::vector<Done> handed;  // the core thread's
  std::thread thread;
};

QueueThread::QueueThread(Loop& loop, std::unique_ptr<grpc::CompletionQueue> queue)
    : state_(std::make_shared<State>(loop, std::move(queue))) {
  state_->thread = std::thread([state = state_] { wait(state); });
}

void QueueThread::wait(const std::shared_ptr<State>& state) {
  void* tag = nullptr;
  bool ok = false;
  while (state->queue->Next(&tag, &ok)) {
    if (state->add({static_cast<Completion*>(tag), ok})) {
      state->loop.post([state] { state->hand_over(); });
    }
  }
}

QueueThread::~QueueThread() {
  FN_ASSERT(!state_->thread.joinable());
}

grpc::CompletionQueue& QueueThread::queue() {
  return *state_->queue;
}

void QueueThread::hand_over_until(const std::function<bool()>& done) {
  constexpr int kRoundsMax = 5'000;
  for (int round = 0; round < kRoundsMax && !done(); ++round) {
    state_->hand_over();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void QueueThread::close() {
  state_->queue->Shutdown();
  state_->thread.join();
  state_->hand_over();
}

}  // namespace fn::services
