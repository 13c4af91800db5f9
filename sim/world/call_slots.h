// SPDX-License-Identifier: Apache-2.0
//
// The calls in flight of a group's world. A slot is recycled when its call has ended for its caller
// and no runner holds an attempt of it, nor is one on its way.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/assert.h"
#include "core/base/handle.h"
#include "core/base/time.h"

namespace fn::sim {

struct CallSlot {
  core::Instant arrived;
  core::Instant started = core::kNever;
  core::Duration run{};
  core::Duration first_run{};
  core::Duration cold_overhead{};
  core::FunctionHandle function;
  core::RunnerHandle runner;  // where it ran last
  core::ContainerHandle container;
  std::uint32_t container_number = 0;
  std::uint32_t lb = 0;
  std::uint32_t use = 0;      // changes with every run and reuse of the slot
  std::uint32_t life = 0;     // changes with every reuse of the slot
  std::uint32_t holders = 0;  // attempts under way or held by runners
  std::uint32_t retries = 0;  // by its caller
  bool open = false;          // its caller waits
  bool at_lb = false;         // the LB knows it
  bool cold = false;
  bool times_out = false;  // its run is cut by the function's time-out
};

class CallSlots {
 public:
  core::CallHandle open() {
    core::CallHandle handle;
    if (free_.empty()) {
      handle.value = count_++;
      slots_.emplace_back();
    } else {
      handle.value = free_.back();
      free_.pop_back();
    }
    ++open_;
    // What only some calls set; everything else is set for each.
    CallSlot& slot = slots_[handle.value];
    slot.started = core::kNever;
    slot.cold_overhead = {};
    slot.retries = 0;
    slot.cold = false;
    return handle;
  }

  CallSlot& operator[](core::CallHandle handle) {
    FN_ASSERT(handle.value < count_);
    return slots_[handle.value];
  }

  const CallSlot& operator[](core::CallHandle handle) const {
    FN_ASSERT(handle.value < count_);
    return slots_[handle.value];
  }

  // The caller has its answer.
  void close(core::CallHandle handle) {
    slots_[handle.value].open = false;
    --open_;
    free_if_unused(handle);
  }

  // An attempt is on its way.
  void hold(core::CallHandle handle) { ++slots_[handle.value].holders; }

  void let_go(core::CallHandle handle) {
    FN_ASSERT(slots_[handle.value].holders > 0);
    --slots_[handle.value].holders;
    free_if_unused(handle);
  }

  // Calls whose callers wait.
  [[nodiscard]] std::uint64_t waiting_callers() const { return open_; }

  [[nodiscard]] std::uint32_t size() const { return count_; }

 private:
  void free_if_unused(core::CallHandle handle) {
    CallSlot& slot = slots_[handle.value];
    if (!slot.open && slot.holders == 0) {
      ++slot.use;
      ++slot.life;
      free_.push_back(handle.value);
    }
  }

  std::vector<CallSlot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint32_t count_ = 0;  // beside the vector, whose size costs a division
  std::uint64_t open_ = 0;
};

}  // namespace fn::sim
