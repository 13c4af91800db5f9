// SPDX-License-Identifier: Apache-2.0

#include "core/runner/container_pool.h"

namespace fn::core {

ContainerHandle ContainerPool::create(FunctionHandle function) {
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
  container.state = ContainerState::kStarting;
  return handle;
}

void ContainerPool::destroy(ContainerHandle handle) {
  FN_ASSERT(at(handle).state != ContainerState::kGone);
  slots_[handle.value].state = ContainerState::kGone;
  free_.push_back(handle.value);
}

void ContainerPool::push_idle(ContainerHandle handle, ContainerHandle& top, Instant now) {
  Container& container = slots_[handle.value];
  container.state = ContainerState::kIdle;
  container.idle_since_ns = to_ns(now);
  container.older = newest_idle_;
  container.newer = ContainerHandle{};
  (newest_idle_.valid() ? slots_[newest_idle_.value].newer : oldest_idle_) = handle;
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

void ContainerPool::unlink_idle(ContainerHandle handle, ContainerHandle& top) {
  Container& container = slots_[handle.value];
  if (oldest_unpaused_ == handle) {
    oldest_unpaused_ = container.newer;
  }
  (container.older.valid() ? slots_[container.older.value].newer : oldest_idle_) = container.newer;
  (container.newer.valid() ? slots_[container.newer.value].older : newest_idle_) = container.older;
  (container.above.valid() ? slots_[container.above.value].below : top) = container.below;
  if (container.below.valid()) {
    slots_[container.below.value].above = container.above;
  }
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
}

}  // namespace fn::core
