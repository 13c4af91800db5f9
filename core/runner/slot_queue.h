// SPDX-License-Identifier: Apache-2.0
//
// One slot queue per function on a runner: its idle containers (newest on top, handed out first),
// the calls that wait for one, and how many are starting. Beside them the runner-wide line of calls
// for which there was no room yet.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/runner/container_pool.h"

namespace fn::core {

// Fn's rule (fn.md 4.3): whether a queue needs one more container.
constexpr bool needs_container(std::uint32_t waiting, std::uint32_t starting, std::uint32_t idle) {
  return waiting > idle && starting < waiting - idle;
}

// One effort of an LB to place a call, as the LB knows it again.
struct Attempt {
  CallHandle call;
  LbHandle lb;
  std::uint32_t attempt = 0;

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

// A call that waits on a runner, for a container of its function.
struct WaitingCall {
  static constexpr std::uint32_t kNone = 0xffffffffU;

  Attempt attempt;
  std::uint32_t queue = 0;
  std::uint32_t next = kNone;  // behind it in its function's queue
  std::uint32_t room_previous = kNone;
  std::uint32_t room_next = kNone;
  std::uint32_t needs_room = 0;  // 1: it stands in the runner-wide line
};

struct SlotQueue {
  FunctionHandle function;
  ContainerHandle idle_top;
  std::uint32_t starting = 0;
  std::uint32_t waiting = 0;
  std::uint32_t first = WaitingCall::kNone;
  std::uint32_t last = WaitingCall::kNone;
};

class SlotQueues {
 public:
  // The function's queue, made on first sight.
  std::uint32_t of(FunctionHandle function) {
    const std::uint32_t entry = function.value < queue_of_.size() ? queue_of_[function.value] : 0;
    return entry != 0 ? entry - 1 : add(function);
  }

  // Brings the function's entry near; of() then need not wait for memory.
  void expect(FunctionHandle function) const {
    if (function.value < queue_of_.size()) {
      __builtin_prefetch(&queue_of_[function.value]);
    }
  }

  // Whether calls of the function wait.
  [[nodiscard]] bool has_waiting(FunctionHandle function) const {
    return function.value < queue_of_.size() && queue_of_[function.value] != 0 &&
           queues_[queue_of_[function.value] - std::size_t{1}].waiting > 0;
  }

  [[nodiscard]] SlotQueue& at(std::uint32_t queue) { return queues_[queue]; }

  // Appends a call to its function's queue, and to the line for room when it needs a container
  // that cannot be started now.
  void wait(std::uint32_t queue, const Attempt& attempt, bool needs_room);

  // Takes the first waiting call of the queue. REQUIRES: one waits.
  Attempt take_first(std::uint32_t queue);

  // Takes the call of this attempt out of the queue; false when it does not wait there.
  bool cancel(std::uint32_t queue, const Attempt& attempt);

  // Appends the attempts that wait, queue by queue.
  void append_waiting(std::vector<Attempt>& attempts) const;

  // The queue whose call is first in the line for room, or WaitingCall::kNone. Calls that will be
  // served by a container already starting leave the line.
  std::uint32_t first_for_room() {
    return room_first_ == WaitingCall::kNone ? WaitingCall::kNone : first_in_need();
  }

  // The call first in line got its container started.
  void leave_room_line();

  // Calls that wait, in all queues.
  [[nodiscard]] std::uint32_t waiting() const { return waiting_; }

  void save(Writer& out) const;
  // Refuses queues and stacks that do not fit the containers, or functions from `functions` on.
  Status load(Reader& in, std::span<const Container> containers, std::size_t functions);

 private:
  std::uint32_t add(FunctionHandle function);
  std::uint32_t first_in_need();
  [[nodiscard]] bool functions_agree(std::size_t functions) const;
  [[nodiscard]] bool containers_agree(std::span<const Container> containers) const;
  [[nodiscard]] bool calls_agree() const;
  [[nodiscard]] bool line_agrees() const;
  void unlink_room(std::uint32_t index);
  void release(std::uint32_t index);

  std::vector<std::uint32_t> queue_of_;  // by function, plus one; zero: none
  std::vector<SlotQueue> queues_;
  std::vector<WaitingCall> calls_;
  std::vector<std::uint32_t> free_;
  std::uint32_t room_first_ = WaitingCall::kNone;
  std::uint32_t room_last_ = WaitingCall::kNone;
  std::uint32_t waiting_ = 0;
};

}  // namespace fn::core
