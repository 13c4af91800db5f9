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

Status ContainerPool::load(Reader& in, Instant now) {
  in.list(slots_);
  in.list(free_);
  in.pod(oldest_idle_);
  in.pod(newest_idle_);
  in.pod(oldest_unpaused_);
  in.pod(created_);
  if (in.failed() || !free_agrees() || !agrees(now)) {
    return fail(ErrorCode::kInvalidArgument, "saved containers: cut short or of two minds");
  }
  oldest_idle_since_ = oldest_idle_.valid() ? idle_since(oldest_idle_) : kNever;
  return {};
}

// Whether exactly the slots of containers that are gone are free, each once.
bool ContainerPool::free_agrees() const {
  std::size_t gone = 0;
  for (const Container& container : slots_) {
    gone += container.state == ContainerState::kGone ? 1U : 0U;
    if (container.state > ContainerState::kBusy || container.fresh > 1 || container.number == 0 ||
        container.number > created_) {
      return false;
    }
  }
  std::vector<bool> is_free(slots_.size(), false);
  for (const std::uint32_t index : free_) {
    if (index >= slots_.size() || slots_[index].state != ContainerState::kGone || is_free[index]) {
      return false;
    }
    is_free[index] = true;
  }
  return free_.size() == gone;
}

// Whether all idle containers stand in the list, by time, the paused ones first.
bool ContainerPool::agrees(Instant now) const {
  std::size_t idle = 0;
  for (const Container& container : slots_) {
    idle += is_idle(container) ? 1U : 0U;
  }
  ContainerHandle before;
  ContainerHandle first_unpaused;
  std::int64_t latest = 0;
  for (ContainerHandle at = oldest_idle_; at.valid(); at = slots_[at.value].newer) {
    if (at.value >= slots_.size() || idle-- == 0) {
      return false;
    }
    const Container& container = slots_[at.value];
    if (!is_idle(container) || container.older != before || container.idle_since_ns < latest ||
        (container.state == ContainerState::kPaused && first_unpaused.valid())) {
      return false;
    }
    if (container.state == ContainerState::kIdle && !first_unpaused.valid()) {
      first_unpaused = at;
    }
    latest = container.idle_since_ns;
    before = at;
  }
  return idle == 0 && before == newest_idle_ && first_unpaused == oldest_unpaused_ &&
         latest <= to_ns(now);
}

}  // namespace fn::core
