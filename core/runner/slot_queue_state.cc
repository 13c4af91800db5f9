// SPDX-License-Identifier: Apache-2.0
//
// The slot queues' state as bytes, and what must hold of bytes that claim to be one.

#include "core/runner/slot_queue.h"

namespace fn::core {

namespace {

constexpr std::uint32_t kNone = WaitingCall::kNone;

}  // namespace

void SlotQueues::save(Writer& out) const {
  out.list(queue_of_);
  out.list(queues_);
  out.list(calls_);
  out.list(free_);
  out.pod(room_first_);
  out.pod(room_last_);
  out.pod(waiting_);
}

Status SlotQueues::load(Reader& in, std::span<const Container> containers, std::size_t functions) {
  in.list(queue_of_);
  in.list(queues_);
  in.list(calls_);
  in.list(free_);
  in.pod(room_first_);
  in.pod(room_last_);
  in.pod(waiting_);
  if (in.failed() || !functions_agree(functions) || !containers_agree(containers) ||
      !calls_agree() || !line_agrees()) {
    return fail(ErrorCode::kInvalidArgument, "saved slot queues: cut short or of two minds");
  }
  return {};
}

// Whether queues and functions point at each other.
bool SlotQueues::functions_agree(std::size_t functions) const {
  std::size_t known = 0;
  for (const std::uint32_t entry : queue_of_) {
    known += entry != 0 ? 1U : 0U;
  }
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    const std::uint32_t function = queues_[index].function.value;
    if (function >= functions || function >= queue_of_.size() || queue_of_[function] != index + 1) {
      return false;
    }
  }
  return known == queues_.size();
}

// Whether the stacks hold exactly the idle containers of their functions, and as many start as say
// so. An idle container leaves no call waiting.
bool SlotQueues::containers_agree(std::span<const Container> containers) const {
  std::vector<std::uint32_t> idle(queues_.size(), 0);
  std::vector<std::uint32_t> starting(queues_.size(), 0);
  for (const Container& container : containers) {
    if (container.state == ContainerState::kGone) {
      continue;
    }
    const std::uint32_t function = container.function.value;
    if (function >= queue_of_.size() || queue_of_[function] == 0) {
      return false;
    }
    const std::uint32_t queue = queue_of_[function] - 1;
    if (container.queue != queue) {
      return false;
    }
    idle[queue] += is_idle(container) ? 1U : 0U;
    starting[queue] += container.state == ContainerState::kStarting ? 1U : 0U;
  }
  for (std::size_t index = 0; index < queues_.size(); ++index) {
    const SlotQueue& slots = queues_[index];
    if (slots.starting != starting[index] || (slots.waiting > 0 && idle[index] > 0)) {
      return false;
    }
    ContainerHandle above;
    for (ContainerHandle at = slots.idle_top; at.valid(); at = containers[at.value].below) {
      if (at.value >= containers.size() || idle[index]-- == 0 || !is_idle(containers[at.value]) ||
          containers[at.value].above != above || containers[at.value].function != slots.function) {
        return false;
      }
      above = at;
    }
    if (idle[index] != 0) {
      return false;
    }
  }
  return true;
}

// Whether every call either waits in one queue or is free.
bool SlotQueues::calls_agree() const {
  std::vector<bool> seen(calls_.size(), false);
  std::size_t count = 0;
  const auto see = [&](std::uint32_t index) {
    if (index >= calls_.size() || seen[index]) {
      return false;
    }
    seen[index] = true;
    ++count;
    return true;
  };
  for (std::uint32_t queue = 0; queue < queues_.size(); ++queue) {
    const SlotQueue& slots = queues_[queue];
    std::uint32_t waiting = 0;
    std::uint32_t last = kNone;
    for (std::uint32_t index = slots.first; index != kNone; index = calls_[index].next) {
      if (!see(index) || calls_[index].queue != queue) {
        return false;
      }
      last = index;
      ++waiting;
    }
    if (last != slots.last || waiting != slots.waiting) {
      return false;
    }
  }
  if (count != waiting_) {
    return false;
  }
  for (const std::uint32_t index : free_) {
    if (!see(index)) {
      return false;
    }
  }
  return count == calls_.size();
}

// Whether the line for room holds exactly the waiting calls that say so.
bool SlotQueues::line_agrees() const {
  std::vector<bool> is_free(calls_.size(), false);
  for (const std::uint32_t index : free_) {
    is_free[index] = true;
  }
  std::size_t in_line = 0;
  for (std::size_t index = 0; index < calls_.size(); ++index) {
    in_line += !is_free[index] && calls_[index].needs_room != 0 ? 1U : 0U;
  }
  std::uint32_t before = kNone;
  for (std::uint32_t index = room_first_; index != kNone; index = calls_[index].room_next) {
    if (index >= calls_.size() || is_free[index] || calls_[index].needs_room == 0 ||
        calls_[index].room_previous != before || in_line-- == 0) {
      return false;
    }
    before = index;
  }
  return before == room_last_ && in_line == 0;
}

}  // namespace fn::core
