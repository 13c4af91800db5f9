// SPDX-License-Identifier: Apache-2.0
//
// Role: one of the parts that an fnserver may play (api, lb, runner), on a core thread of its own.
// The main starts roles, waits for a signal, drains them in the order in which calls enter, and
// stops them.

#pragma once

#include <functional>
#include <string>
#include <thread>

#include "core/base/result.h"
#include "services/base/loop.h"

namespace fn::services {

class Role {
 public:
  Role() = default;
  virtual ~Role() = default;
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

  // Binds and begins to serve; the error is one line. Before run().
  virtual core::Status start() = 0;

  // Nothing new is taken; `done` is called once, on any thread, when nothing is left to do.
  virtual void drain(std::function<void()> done) = 0;

  // Its loop, on a thread of its own, until stop().
  void run() {
    thread_ = std::thread([this] { loop_.run(); });
  }

  // Ends the loop, and then what still needs ending.
  void stop() {
    if (thread_.joinable()) {
      loop_.stop();
      thread_.join();
      stopped();
    }
  }

  [[nodiscard]] Loop& loop() { return loop_; }

 protected:
  virtual void stopped() = 0;

 private:
  Loop loop_;
  std::thread thread_;
};

}  // namespace fn::services
