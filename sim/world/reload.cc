// SPDX-License-Identifier: Apache-2.0
//
// A group's world, all of whose machines are saved and loaded in place.

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/bytes.h"
#include "sim/world/group_world.h"

namespace fn::sim {

namespace {

// Brings `fresh` to the state of `old`; it must take in all bytes and give the same ones back.
template <typename Machine>
core::Status reload(const Machine& old, Machine& fresh, const std::string& name) {
  core::Writer saved;
  old.save(saved);
  core::Reader reader(saved.bytes());
  core::Status status;
  if constexpr (std::is_void_v<decltype(fresh.load(reader))>) {
    fresh.load(reader);
  } else {
    status = fresh.load(reader);
  }
  if (status) {
    status = reader.finish();
  }
  if (!status) {
    return core::fail(status.error().code, name + ": " + status.error().message);
  }
  core::Writer again;
  fresh.save(again);
  if (!std::ranges::equal(saved.bytes(), again.bytes())) {
    return core::fail(core::ErrorCode::kInternal, name + ": a loaded machine saves other bytes");
  }
  return {};
}

}  // namespace

core::Status GroupWorld::reload_machines() {
  core::NodePoolManager npm(setup_.npm);
  if (core::Status status = reload(npm_, npm, "node pool manager"); !status) {
    return status;
  }
  npm_ = std::move(npm);
  for (std::uint32_t lb = 0; lb < lbs_.size(); ++lb) {
    const LbNode& old = *lbs_[lb];
    auto fresh = std::make_unique<LbNode>(
        LbNode{old.config, core::LoadBalancer(old.config, functions_, lb_stream(lb)), old.armed});
    if (core::Status status = reload(old.machine, fresh->machine, "load balancer"); !status) {
      return status;
    }
    lbs_[lb] = std::move(fresh);
  }
  for (std::unique_ptr<RunnerNode>& node : runners_) {
    if (node == nullptr) {
      continue;
    }
    auto fresh = std::make_unique<RunnerNode>(node->handle, setup_.runner, functions_);
    if (core::Status status = reload(node->machine, fresh->machine, "runner"); !status) {
      return status;
    }
    fresh->armed = node->armed;
    fresh->idle_mib = node->idle_mib;
    fresh->start_took = std::move(node->start_took);
    node = std::move(fresh);
  }
  return {};
}

}  // namespace fn::sim
