// SPDX-License-Identifier: Apache-2.0
//
// LoopThread: a Loop that runs on a thread of its own, for tests that speak to it over sockets.
// What a test builds on the loop lives and dies on that thread: on(...) runs a piece of work there
// and waits for its value.

#pragma once

#include <future>
#include <thread>
#include <type_traits>
#include <utility>

#include "services/base/loop.h"

namespace fn::services {

class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}

  ~LoopThread() { stop(); }

  // Ends the thread; what may only go once the loop does not run can go then.
  void stop() {
    if (thread_.joinable()) {
      loop_.stop();
      thread_.join();
    }
  }

  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  Loop& loop() { return loop_; }

  template <typename Work>
  auto on(Work work) {
    using Value = std::invoke_result_t<Work>;
    std::promise<Value> promise;
    auto future = promise.get_future();
    loop_.post([&] {
      if constexpr (std::is_void_v<Value>) {
        work();
        promise.set_value();
      } else {
        promise.set_value(work());
      }
    });
    return future.get();
  }

 private:
  Loop loop_;
  std::thread thread_;
};

}  // namespace fn::services
