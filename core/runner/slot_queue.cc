// SPDX-License-Identifier: Apache-2.0

#include "core/runner/slot_queue.h"

namespace fn::core {

namespace {

constexpr std::uint32_t kNone = WaitingCall::kNone;

}  // namespace

std::uint32_t SlotQueues::add(FunctionHandle function) {
  if (function.value >= queue_of_.size()) {
    queue_of_.resize(function.value + std::size_t{1}, 0);
  }
  queues_.push_back(SlotQueue{.function = function, .idle_top = {}});
  queue_of_[function.value] = static_cast<std::uint32_t>(queues_.size());
  return queue_of_[function.value] - 1;
}

void SlotQueues::wait(std::uint32_t queue, const Attempt& attempt, bool needs_room) {
  std::uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(calls_.size());
    calls_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  calls_[index] = WaitingCall{.attempt = attempt, .queue = queue};
  SlotQueue& slots = queues_[queue];
  (slots.last == kNone ? slots.first : calls_[slots.last].next) = index;
  slots.last = index;
  ++slots.waiting;
  ++waiting_;
  if (needs_room) {
    calls_[index].needs_room = 1;
    calls_[index].room_previous = room_last_;
    (room_last_ == kNone ? room_first_ : calls_[room_last_].room_next) = index;
    room_last_ = index;
  }
}

void SlotQueues::append_waiting(std::vector<Attempt>& attempts) const {
  for (const SlotQueue& queue : queues_) {
    for (std::uint32_t index = queue.first; index != kNone; index = calls_[index].next) {
      attempts.push_back(calls_[index].attempt);
    }
  }
}

Attempt SlotQueues::take_first(std::uint32_t queue) {
  SlotQueue& slots = queues_[queue];
  FN_ASSERT(slots.first != kNone);
  const std::uint32_t index = slots.first;
  slots.first = calls_[index].next;
  if (slots.first == kNone) {
    slots.last = kNone;
  }
  --slots.waiting;
  const Attempt attempt = calls_[index].attempt;
  release(index);
  return attempt;
}

bool SlotQueues::cancel(std::uint32_t queue, const Attempt& attempt) {
  SlotQueue& slots = queues_[queue];
  std::uint32_t before = kNone;
  for (std::uint32_t index = slots.first; index != kNone; index = calls_[index].next) {
    const WaitingCall& waiting = calls_[index];
    if (waiting.attempt == attempt) {
      (before == kNone ? slots.first : calls_[before].next) = waiting.next;
      if (slots.last == index) {
        slots.last = before;
      }
      --slots.waiting;
      release(index);
      return true;
    }
    before = index;
  }
  return false;
}

std::uint32_t SlotQueues::first_in_need() {
  while (room_first_ != kNone) {
    const std::uint32_t queue = calls_[room_first_].queue;
    if (needs_container(queues_[queue].waiting, queues_[queue].starting, 0)) {
      return queue;
    }
    unlink_room(room_first_);
  }
  return kNone;
}

void SlotQueues::leave_room_line() {
  FN_ASSERT(room_first_ != kNone);
  unlink_room(room_first_);
}

void SlotQueues::unlink_room(std::uint32_t index) {
  WaitingCall& call = calls_[index];
  (call.room_previous == kNone ? room_first_ : calls_[call.room_previous].room_next) =
      call.room_next;
  (call.room_next == kNone ? room_last_ : calls_[call.room_next].room_previous) =
      call.room_previous;
  call.needs_room = 0;
  call.room_previous = kNone;
  call.room_next = kNone;
}

void SlotQueues::release(std::uint32_t index) {
  if (calls_[index].needs_room != 0) {
    unlink_room(index);
  }
  free_.push_back(index);
  --waiting_;
}

}  // namespace fn::core
