// SPDX-License-Identifier: Apache-2.0
//
// The containers of one runner: slots that are recycled, the runner-wide list of idle containers
// by idle time, and each function's stack of idle containers, newest on top. All lists run through
// the slots; nothing is allocated once the pool has grown.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/time.h"

namespace fn::core {

// A container's life as Fn has it; waiting for room is a state of the call, not of the container.
enum class ContainerState : std::uint8_t { kGone, kStarting, kIdle, kPaused, kBusy };

struct Container {
  std::uint32_t number = 0;  // creation number, never reused
  FunctionHandle function;
  CallHandle call;
  LbHandle lb;
  std::uint32_t attempt = 0;
  ContainerState state = ContainerState::kGone;
  std::uint8_t fresh = 1;  // has not run yet
  std::uint8_t pad[2] = {};
  // Neighbours among all idle ones, older and newer.
  ContainerHandle older;
  ContainerHandle newer;
  // Neighbours in the function's stack.
  ContainerHandle above;
  ContainerHandle below;
  std::int64_t idle_since_ns = 0;
};

class ContainerPool {
 public:
  ContainerHandle create(FunctionHandle function);
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

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::vector<Container> slots_;
  std::vector<std::uint32_t> free_;
  ContainerHandle oldest_idle_;
  ContainerHandle newest_idle_;
  ContainerHandle oldest_unpaused_;
  std::uint32_t created_ = 0;
};

}  // namespace fn::core
