// SPDX-License-Identifier: Apache-2.0
//
// MachineDriver: drives one machine of the core on a loop, whichever it is (core/README.md, the
// contract). An event is stepped with the batch's time, its actions are carried out in order; an
// event that comes from within that waits for its turn. At the end of a batch the machine's
// deadline is asked for, and again before it is delivered.
//
// Of very many machines on one loop most are told nothing in a batch: then their owner calls arm()
// at its end, for those that were.

#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "services/base/loop.h"

namespace fn::services {

template <typename Machine, typename Event, typename Out, typename Deadline>
class MachineDriver {
 public:
  // Carries out the actions of one step and looks at its facts.
  using CarryOut = std::function<void(const Out& out)>;

  enum class Arming : bool { kAtBatchEnd, kByOwner };

  // REQUIRES: loop and machine outlive this; the loop is not run after its end.
  MachineDriver(Loop& loop,
                Machine& machine,
                CarryOut carry_out,
                Arming arming = Arming::kAtBatchEnd)
      : loop_(loop), machine_(machine), carry_out_(std::move(carry_out)), timer_(loop) {
    if (arming == Arming::kAtBatchEnd) {
      loop.at_batch_end([this] { arm(); });
    }
  }

  template <typename Concrete>
  void deliver(const Concrete& event) {
    if (stepping_) {
      waiting_.push_back(event);
      return;
    }
    stepping_ = true;
    machine_.step(loop_.now(), event, out_);
    settle();
    while (!waiting_.empty()) {
      const Event next = waiting_.front();
      waiting_.pop_front();
      machine_.step(loop_.now(), next, out_);
      settle();
    }
    stepping_ = false;
  }

  // Sets the timer where the deadline is earlier than it.
  void arm() {
    const core::Instant next = machine_.next_deadline();
    if (next >= armed_) {
      return;
    }
    armed_ = next;
    timer_.set(next, [this] {
      armed_ = core::kNever;
      if (machine_.next_deadline() <= loop_.now()) {
        deliver(Deadline{});
      }
      arm();
    });
  }

 private:
  void settle() {
    carry_out_(out_);
    out_.clear();
  }

  Loop& loop_;
  Machine& machine_;
  CarryOut carry_out_;
  LoopTimer timer_;
  core::Instant armed_ = core::kNever;
  Out out_;
  std::deque<Event> waiting_;
  bool stepping_ = false;
};

}  // namespace fn::services
