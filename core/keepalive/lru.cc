// SPDX-License-Identifier: Apache-2.0

#include "core/keepalive/lru.h"

#include "core/base/assert.h"

namespace fn::core {

void LruPolicy::unlink(Use& use) {
  (use.earlier == kNone ? first_ : uses_[use.earlier].later) = use.later;
  (use.later == kNone ? last_ : uses_[use.later].earlier) = use.earlier;
}

// Rare: out of the way of every use.
[[gnu::cold]] void LruPolicy::grow(ContainerHandle container) {
  uses_.resize(container.value + std::size_t{1});
}

void LruPolicy::used(Instant now,
                     ContainerHandle container,
                     std::uint32_t number,
                     FunctionHandle /*function*/) {
  if (container.value >= uses_.size()) [[unlikely]] {
    grow(container);
  }
  Use& use = uses_[container.value];
  if (use.number != 0) {
    unlink(use);
  }
  use.started_ns = to_ns(now);
  use.number = number;
  use.idle = 0;
  // Starts at one instant stand in the order of their creation numbers.
  std::uint32_t before = last_;
  while (before != kNone && uses_[before].started_ns == use.started_ns &&
         uses_[before].number > number) {
    before = uses_[before].earlier;
  }
  use.earlier = before;
  use.later = before == kNone ? first_ : uses_[before].later;
  (use.earlier == kNone ? first_ : uses_[use.earlier].later) = container.value;
  (use.later == kNone ? last_ : uses_[use.later].earlier) = container.value;
}

void LruPolicy::became_idle(ContainerHandle container) {
  uses_[container.value].idle = 1;
}

void LruPolicy::removed(ContainerHandle container) {
  Use& use = uses_[container.value];
  FN_ASSERT(use.number != 0);
  unlink(use);
  use = Use{};
}

ContainerHandle LruPolicy::victim() {
  std::uint32_t index = first_;
  while (index != kNone && uses_[index].idle == 0) {
    index = uses_[index].later;
  }
  FN_ASSERT(index != kNone);
  return ContainerHandle{index};
}

void LruPolicy::save(Writer& out) const {
  out.list(uses_);
  out.pod(first_);
  out.pod(last_);
}

void LruPolicy::load(Reader& in) {
  in.list(uses_);
  in.pod(first_);
  in.pod(last_);
}

}  // namespace fn::core
