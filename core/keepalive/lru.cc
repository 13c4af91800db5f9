// SPDX-License-Identifier: Apache-2.0

#include "core/keepalive/lru.h"

#include <utility>

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

Status LruPolicy::load(Reader& in, std::span<const Known> containers) {
  in.list(uses_);
  in.pod(first_);
  in.pod(last_);
  if (in.failed() || uses_.size() > containers.size() || !in_order()) {
    return misfit();
  }
  for (std::size_t index = 0; index < containers.size(); ++index) {
    const Use use = index < uses_.size() ? uses_[index] : Use{};
    if (use.number != containers[index].number || use.idle != containers[index].idle) {
      return misfit();
    }
  }
  return {};
}

// Whether the links make one list, by start and creation number, of all that have a number.
bool LruPolicy::in_order() const {
  std::size_t listed = 0;
  std::uint32_t before = kNone;
  for (std::uint32_t index = first_; index != kNone; index = uses_[index].later) {
    if (index >= uses_.size() || uses_[index].number == 0 || uses_[index].earlier != before ||
        listed++ == uses_.size()) {
      return false;
    }
    if (before != kNone && std::pair(uses_[before].started_ns, uses_[before].number) >=
                               std::pair(uses_[index].started_ns, uses_[index].number)) {
      return false;
    }
    before = index;
  }
  std::size_t numbered = 0;
  for (const Use& use : uses_) {
    numbered += use.number != 0 ? 1U : 0U;
  }
  return before == last_ && listed == numbered;
}

}  // namespace fn::core
