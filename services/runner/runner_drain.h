// SPDX-License-Identifier: Apache-2.0
//
// RunnerDrain: who waits for a RunnerNode to hold no call any more, and whether it takes new ones:
// its own end, which is for good, and drains by the node pool manager, which can be taken back.
// It tells the machine nothing; that is the node's. For runner_node.cc only.

#pragma once

#include <functional>
#include <utility>

namespace fn::services {

class RunnerDrain {
 public:
  // For good: `idle` is called once, when reported().
  void end(std::function<void()> idle) {
    idle_ = std::move(idle);
    draining_ = true;
    ending_ = true;
  }

  // Until revive(): `ended` is called once, with true when reported(), else with false.
  void leave(std::function<void(bool idle)> ended) {
    stop_leaving();
    leaving_ = std::move(ended);
    draining_ = true;
  }

  // False: it is ending, and goes on to drain.
  [[nodiscard]] bool revive() {
    stop_leaving();
    draining_ = ending_;
    return !ending_;
  }

  void stop_leaving() { tell_leaving(false); }

  // The machine says that a draining runner holds no call.
  void reported() {
    if (const auto idle = std::exchange(idle_, nullptr)) {
      idle();
    }
    tell_leaving(true);
  }

  [[nodiscard]] bool draining() const { return draining_; }

 private:
  void tell_leaving(bool is_idle) {
    if (const auto ended = std::exchange(leaving_, nullptr)) {
      ended(is_idle);
    }
  }

  std::function<void()> idle_;
  std::function<void(bool idle)> leaving_;
  bool draining_ = false;
  bool ending_ = false;
};

}  // namespace fn::services
