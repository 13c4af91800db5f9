// SPDX-License-Identifier: Apache-2.0
//
// Worker: a thread for work that may block, one piece after the other. What comes of it goes back
// to a core thread by Loop::post.

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace fn::services {

class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}

  // Does what was asked for before.
  ~Worker() {
    post(nullptr);
    thread_.join();
  }

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // From any thread.
  void post(std::function<void()> work) {
    const std::scoped_lock lock(mutex_);
    work_.push_back(std::move(work));
    woken_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return !work_.empty(); });
      const std::function<void()> work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      if (!work) {
        return;
      }
      work();
    }
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::function<void()>> work_;  // guarded by mutex_
  std::thread thread_;                      // last: it uses the others
};

}  // namespace fn::services
