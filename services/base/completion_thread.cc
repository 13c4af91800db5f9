// SPDX-License-Identifier: Apache-2.0

#include "services/base/completion_thread.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/assert.h"

namespace fn::services {
namespace {

// More than this waits for the next batch, so that sockets and deadlines have their turn.
constexpr std::size_t kBatchMax = 256;

}  // namespace

struct CompletionThread::State final : Loop::Source {
  State(Loop& its_loop, CompletionSource& its_source) : loop(its_loop), source(its_source) {}

  bool poll() override;
  void rest() override;
  void wait();

  Loop& loop;
  CompletionSource& source;
  std::thread thread;

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex. The core thread gives the turn, the thread gives it back.
  bool threads_turn = false;
  bool closing = false;
  std::vector<Completed> ready;

  // The core thread's. `resting`: it gave the turn away and has not seen it come back.
  bool resting = false;
  std::vector<Completed> handed;
};

bool CompletionThread::State::poll() {
  if (resting) {
    const std::scoped_lock lock(mutex);
    if (threads_turn) {
      return false;
    }
    resting = false;
    handed.swap(ready);
  }
  std::size_t count = handed.size();
  for (const Completed& each : handed) {
    each.completion->completed(each.ok);
  }
  handed.clear();
  for (Completed each; count < kBatchMax && source.take(each); ++count) {
    each.completion->completed(each.ok);
  }
  return count > 0;
}

void CompletionThread::State::rest() {
  if (!std::exchange(resting, true)) {
    const std::scoped_lock lock(mutex);
    threads_turn = true;
    changed.notify_one();
  }
}

void CompletionThread::State::wait() {
  std::vector<Completed> found;
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return threads_turn || closing; });
    if (closing) {
      threads_turn = false;
      return;
    }
    lock.unlock();
    Completed each;
    for (bool more = source.next(each); more;
         more = found.size() < kBatchMax && source.take(each)) {
      found.push_back(each);
    }
    lock.lock();
    ready.swap(found);
    threads_turn = false;
    loop.ask();
  }
}

CompletionThread::CompletionThread(Loop& loop, CompletionSource& source)
    : state_(std::make_unique<State>(loop, source)) {
  state_->thread = std::thread([state = state_.get()] { state->wait(); });
  loop.add(*state_);
}

CompletionThread::~CompletionThread() {
  FN_ASSERT(!state_->thread.joinable());
}

void CompletionThread::hand_over_until(const std::function<bool()>& done) {
  constexpr int kRoundsMax = 5'000;
  for (int round = 0; round < kRoundsMax && !done(); ++round) {
    if (!state_->poll()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

void CompletionThread::close() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->closing = true;
    state_->changed.notify_one();
  }
  state_->source.shut_down();
  state_->thread.join();
  state_->loop.remove(*state_);
  state_->poll();
  for (Completed each; state_->source.next(each);) {
    each.completion->completed(each.ok);
  }
}

}  // namespace fn::services
