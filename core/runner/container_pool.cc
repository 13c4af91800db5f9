// SPDX-License-Identifier: Apache-2.0

#include "core/runner/container_pool.h"

namespace fn::core {

ContainerHandle ContainerPool::create(FunctionHandle function,
                                      const FunctionSpec& spec,
                                      std::uint32_t queue) {
  ContainerHandle handle;
  if (free_.empty()) {
    handle.value = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    handle.value = free_.back();
    free_.pop_back();
  }
  Container& container = slots_[handle.value];
  container = Container{};
  container.number = ++created_;
  container.function = function;
  container.queue = queue;
  container.memory_mib = static_cast<std::uint32_t>(spec.memory.value);
  container.cpu_milli = static_cast<std::uint32_t>(spec.cpu.value);
  container.state = ContainerState::kStarting;
  return handle;
}

void ContainerPool::destroy(ContainerHandle handle) {
  FN_ASSERT(at(handle).state != ContainerState::kGone);
  slots_[handle.value].state = ContainerState::kGone;
  free_.push_back(handle.value);
}

void ContainerPool::pause(ContainerHandle handle) {
  FN_ASSERT(handle == oldest_unpaused_);
  slots_[handle.value].state = ContainerState::kPaused;
  oldest_unpaused_ = slots_[handle.value].newer;
}

ContainerHandle ContainerPool::running(CallHandle call, LbHandle lb, std::uint32_t attempt) const {
  for (std::uint32_t index = 0; index < slots_.size(); ++index) {
    const Container& container = slots_[index];
    if (container.state == ContainerState::kBusy && container.call == call && container.lb == lb &&
        container.attempt == attempt) {
      return ContainerHandle{index};
    }
  }
  return ContainerHandle{};
}

void ContainerPool::save(Writer& out) const {
  out.list(slots_);
  out.list(free_);
  out.pod(oldest_idle_);
  out.pod(newest_idle_);
  out.pod(oldest_unpaused_);
  out.pod(created_);
}

void ContainerPool::load(Reader& in) {
  in.list(slots_);
  in.list(free_);
  in.pod(oldest_idle_);
  in.pod(newest_idle_);
  in.pod(oldest_unpaused_);
  in.pod(created_);
  if (oldest_idle_.value >= slots_.size()) {
    oldest_idle_ = ContainerHandle{};
  }
  oldest_idle_since_ = oldest_idle_.valid() ? idle_since(oldest_idle_) : kNever;
}

}  // namespace fn::core
