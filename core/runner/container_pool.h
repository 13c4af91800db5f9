// SPDX-License-Identifier: Apache-2.0
//
// The containers of one runner: slots that are recycled, the runner-wide list of idle containers
// by idle time, and each function's stack of idle containers, newest on top. All lists run through
// the slots; nothing is allocated once the pool has grown.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/units.h"
#include "core/model/function_table.h"

namespace fn::core {

// A container's life as Fn has it; waiting for room is a state of the call, not of the container.
enum class ContainerState : std::uint8_t { kGone, kStarting, kIdle, kPaused, kBusy };

// One cache line: the pool of a busy runner is larger than the nearest cache.
struct alignas(64) Container {
  std::uint32_t number = 0;  // creation number, never reused
  FunctionHandle function;
  std::uint32_t queue = 0;  // the function's slot queue
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;
  CallHandle call;
  LbHandle lb;
  std::uint32_t attempt = 0;
  std::int64_t idle_since_ns = 0;
  // Neighbours among all idle ones, older and newer.
  ContainerHandle older;
  ContainerHandle newer;
  // Neighbours in the function's stack.
  ContainerHandle above;
  ContainerHandle below;
  ContainerState state = ContainerState::kGone;
  std::uint8_t fresh = 1;      // has not run yet
  std::uint8_t idle_time = 0;  // its function's own, by place among them plus one; zero: none
  std::uint8_t pad = 0;
  std::uint32_t idle_number = 0;  // of its present idleness, where its function has an own time

  [[nodiscard]] MemoryMib memory() const { return MemoryMib{memory_mib}; }

  [[nodiscard]] MilliCpu cpu() const { return MilliCpu{cpu_milli}; }
};

inline bool is_idle(const Container& container) {
  return container.state == ContainerState::kIdle || container.state == ContainerState::kPaused;
}

class ContainerPool {
 public:
  // A container of `function`, which needs what `spec` says and serves the slot queue `queue`.
  ContainerHandle create(FunctionHandle function, const FunctionSpec& spec, std::uint32_t queue);
  void destroy(ContainerHandle handle);

  [[nodiscard]] Container& at(ContainerHandle handle) {
    FN_ASSERT(handle.value < slots_.size());
    return slots_[handle.value];
  }

  // The container if it still is the one with this creation number, else null.
  [[nodiscard]] Container* find(ContainerHandle handle, std::uint32_t number) {
    if (handle.value >= slots_.size() || slots_[handle.value].number != number ||
        slots_[handle.value].state == ContainerState::kGone) {
      return nullptr;
    }
    return &slots_[handle.value];
  }

  // Puts the container on top of its function's stack `top` and last in the idle list.
  void push_idle(ContainerHandle handle, ContainerHandle& top, Instant now);
  void unlink_idle(ContainerHandle handle, ContainerHandle& top);

  // The container that has been idle longest, and the longest idle one that is not paused.
  [[nodiscard]] ContainerHandle oldest_idle() const { return oldest_idle_; }

  // Since when the former is idle; kNever: none is.
  [[nodiscard]] Instant oldest_idle_since() const { return oldest_idle_since_; }

  [[nodiscard]] ContainerHandle oldest_unpaused() const { return oldest_unpaused_; }

  void pause(ContainerHandle handle);

  [[nodiscard]] Instant idle_since(ContainerHandle handle) const {
    return Instant(Duration(slots_[handle.value].idle_since_ns));
  }

  // The busy container that runs this attempt, or none.
  [[nodiscard]] ContainerHandle running(CallHandle call, LbHandle lb, std::uint32_t attempt) const;

  // Containers that are not gone.
  [[nodiscard]] std::uint32_t count() const {
    return static_cast<std::uint32_t>(slots_.size() - free_.size());
  }

  // All slots by handle, those that are gone included.
  [[nodiscard]] std::span<const Container> slots() const { return slots_; }

  // Brings the container's lines near.
  void expect(ContainerHandle handle) const {
    if (handle.value < slots_.size()) {
      const Container* const container = &slots_[handle.value];
      __builtin_prefetch(container);
      __builtin_prefetch(container + 1);
    }
  }

  void save(Writer& out) const;
  // Refuses idle lists that do not fit; the stacks are SlotQueues' to check. `now`: of the save.
  Status load(Reader& in, Instant now);

 private:
  [[nodiscard]] bool agrees(Instant now) const;
  [[nodiscard]] bool free_agrees() const;

  std::vector<Container> slots_;
  std::vector<std::uint32_t> free_;
  ContainerHandle oldest_idle_;
  ContainerHandle newest_idle_;
  // A copy, because every step asks for it and that container's own memory is far.
  Instant oldest_idle_since_ = kNever;
  ContainerHandle oldest_unpaused_;
  std::uint32_t created_ = 0;
};

// On the way of every call, so the compiler may put them in place.

inline void ContainerPool::push_idle(ContainerHandle handle, ContainerHandle& top, Instant now) {
  Container& container = slots_[handle.value];
  container.state = ContainerState::kIdle;
  container.idle_since_ns = to_ns(now);
  container.older = newest_idle_;
  container.newer = ContainerHandle{};
  if (newest_idle_.valid()) {
    slots_[newest_idle_.value].newer = handle;
  } else {
    oldest_idle_ = handle;
    oldest_idle_since_ = now;
  }
  newest_idle_ = handle;
  if (!oldest_unpaused_.valid()) {
    oldest_unpaused_ = handle;
  }
  container.above = ContainerHandle{};
  container.below = top;
  if (top.valid()) {
    slots_[top.value].above = handle;
  }
  top = handle;
}

inline void ContainerPool::unlink_idle(ContainerHandle handle, ContainerHandle& top) {
  Container& container = slots_[handle.value];
  if (oldest_unpaused_ == handle) {
    oldest_unpaused_ = container.newer;
  }
  if (container.older.valid()) {
    slots_[container.older.value].newer = container.newer;
  } else {
    oldest_idle_ = container.newer;
    oldest_idle_since_ = oldest_idle_.valid() ? idle_since(oldest_idle_) : kNever;
  }
  (container.newer.valid() ? slots_[container.newer.value].older : newest_idle_) = container.older;
  (container.above.valid() ? slots_[container.above.value].below : top) = container.below;
  if (container.below.valid()) {
    slots_[container.below.value].above = container.above;
  }
}

}  // namespace fn::core
