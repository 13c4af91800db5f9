// SPDX-License-Identifier: Apache-2.0
//
// The runner's state as bytes, and what must hold of bytes that claim to be one: whatever would
// later index out of range or break a belief is refused when it is loaded.

#include <vector>

#include "core/runner/runner.h"

namespace fn::core {

namespace {

constexpr std::uint64_t kSavedForm = 0x33'6e'72'6e'66ULL;  // "fnrn3"

}  // namespace

void Runner::save(Writer& out) const {
  out.pod(kSavedForm);
  out.pod(to_ns(now_));
  tracker_.save(out);
  containers_.save(out);
  keepalive_->save(out);
  queues_.save(out);
  images_.save(out);
  save_own_idle(out);
  out.pod(running_);
  out.pod(static_cast<std::uint8_t>(draining_ ? 1 : 0));
  out.pod(drain_);
}

Status Runner::load(Reader& in) {
  std::uint64_t form = 0;
  std::int64_t now = 0;
  in.pod(form);
  in.pod(now);
  if (form != kSavedForm || now < 0) {
    return fail(ErrorCode::kInvalidArgument, "saved runner: not one, or of another version");
  }
  now_ = Instant(Duration(now));
  tracker_.load(in);
  Status status = containers_.load(in, now_);
  if (status) {
    std::vector<KeepAlivePolicy::Known> known;
    for (const Container& container : containers_.slots()) {
      const bool up = container.state == ContainerState::kBusy || is_idle(container);
      known.push_back(up ? KeepAlivePolicy::Known{container.function,
                                                  container.number,
                                                  is_idle(container) ? 1U : 0U}
                         : KeepAlivePolicy::Known{});
    }
    status = keepalive_->load(in, known);
  }
  if (status) {
    status = queues_.load(in, containers_.slots(), functions_.size());
  }
  if (status) {
    status = images_.load(in);
  }
  if (!status) {
    return status;
  }
  const bool own_idle_agrees = load_own_idle(in);
  std::uint8_t draining = 0;
  in.pod(running_);
  in.pod(draining);
  in.pod(drain_);
  draining_ = draining != 0;
  if (in.failed() || draining > 1 || !own_idle_agrees || !containers_agree()) {
    return fail(ErrorCode::kInvalidArgument, "saved runner: cut short or of two minds");
  }
  return {};
}

// Whether the containers hold what the tracker counts, and as many run as the runner says.
// REQUIRES: their functions are known, as the slot queues have made sure.
bool Runner::containers_agree() const {
  ResourceTracker::Held held;
  std::uint32_t running = 0;
  for (const Container& container : containers_.slots()) {
    if (container.state == ContainerState::kGone) {
      continue;
    }
    const FunctionSpec& spec = functions_[container.function];
    if (container.memory() != spec.memory || container.cpu() != spec.cpu) {
      return false;
    }
    held.memory += spec.memory;
    held.cpu += spec.cpu;
    if (is_idle(container)) {
      held.idle_memory += spec.memory;
      held.idle_cpu += spec.cpu;
    }
    running += container.state == ContainerState::kBusy ? 1U : 0U;
  }
  return running == running_ && tracker_.agrees(held);
}

}  // namespace fn::core
