// SPDX-License-Identifier: Apache-2.0

#include "core/keepalive/gdsf.h"

#include <algorithm>
#include <bit>

#include "core/base/assert.h"

namespace fn::core {

bool GdsfPolicy::goes_later(const Entry& left, const Entry& right) {
  const auto left_priority = std::bit_cast<double>(left.priority_bits);
  const auto right_priority = std::bit_cast<double>(right.priority_bits);
  if (left_priority != right_priority) {
    return left_priority > right_priority;
  }
  return left.number > right.number;
}

bool GdsfPolicy::current(const Entry& entry) const {
  const Use& use = uses_[entry.container];
  return use.number == entry.number && use.uses == entry.uses;
}

// The container's entry, made on first sight.
GdsfPolicy::Use& GdsfPolicy::know(ContainerHandle container,
                                  std::uint32_t number,
                                  FunctionHandle function) {
  if (container.value >= uses_.size()) {
    uses_.resize(container.value + std::size_t{1});
  }
  if (function.value >= per_function_.size()) {
    per_function_.resize(function.value + std::size_t{1});
  }
  Use& use = uses_[container.value];
  if (use.number != number) {
    use = Use{.number = number, .function = function};
    ++per_function_[function.value].containers;
  }
  return use;
}

void GdsfPolicy::rate(Use& use) {
  const FunctionSpec& spec = functions_[use.function];
  const double overhead_ms = static_cast<double>(spec.cold_overhead.count()) / 1e6;
  const double cost_s = overhead_ms / 1000.0;
  const auto frequency = static_cast<double>(per_function_[use.function.value].frequency);
  const auto size = static_cast<double>(std::max<std::int64_t>(spec.memory.value, 1));
  use.priority_bits = std::bit_cast<std::uint64_t>(clock_ + frequency * cost_s / size);
}

void GdsfPolicy::used(Instant /*now*/,
                      ContainerHandle container,
                      std::uint32_t number,
                      FunctionHandle function) {
  Use& use = know(container, number, function);
  ++per_function_[function.value].frequency;
  ++use.uses;
  rate(use);
}

void GdsfPolicy::unneeded(Instant /*now*/,
                          ContainerHandle container,
                          std::uint32_t number,
                          FunctionHandle function) {
  rate(know(container, number, function));
}

void GdsfPolicy::became_idle(ContainerHandle container) {
  const Use& use = uses_[container.value];
  idle_.push_back(Entry{use.priority_bits, use.number, container.value, use.uses});
  std::push_heap(idle_.begin(), idle_.end(), goes_later);
  drop_stale();
}

void GdsfPolicy::removed(ContainerHandle container) {
  Use& use = uses_[container.value];
  Function& stats = per_function_[use.function.value];
  FN_ASSERT(stats.containers > 0);
  if (--stats.containers == 0) {
    stats.frequency = 0;
  }
  use = Use{};
}

ContainerHandle GdsfPolicy::victim() {
  while (!idle_.empty() && !current(idle_.front())) {
    std::pop_heap(idle_.begin(), idle_.end(), goes_later);
    idle_.pop_back();
  }
  FN_ASSERT(!idle_.empty());
  clock_ = std::max(clock_, std::bit_cast<double>(idle_.front().priority_bits));
  return ContainerHandle{idle_.front().container};
}

// Keeps the heap within twice the containers.
void GdsfPolicy::drop_stale() {
  if (idle_.size() <= 2 * uses_.size() + 64) {
    return;
  }
  std::erase_if(idle_, [this](const Entry& entry) { return !current(entry); });
  std::make_heap(idle_.begin(), idle_.end(), goes_later);
}

void GdsfPolicy::save(Writer& out) const {
  out.list(uses_);
  out.list(idle_);
  out.list(per_function_);
  out.real(clock_);
}

Status GdsfPolicy::load(Reader& in, std::span<const Known> containers) {
  in.list(uses_);
  in.list(idle_);
  in.list(per_function_);
  in.real(clock_);
  if (in.failed() || !agrees(containers)) {
    return misfit();
  }
  return {};
}

// Whether the uses are those of the containers, each idle one can be found as a victim, and the
// functions count their containers.
bool GdsfPolicy::agrees(std::span<const Known> containers) const {
  if (uses_.size() > containers.size() || per_function_.size() > functions_.size() ||
      !(clock_ >= 0) || !std::is_heap(idle_.begin(), idle_.end(), goes_later)) {
    return false;
  }
  std::vector<std::uint32_t> found(uses_.size(), 0);
  for (const Entry& entry : idle_) {
    if (entry.container >= uses_.size()) {
      return false;
    }
    found[entry.container] += current(entry) ? 1U : 0U;
  }
  std::vector<std::uint64_t> counts(per_function_.size(), 0);
  for (std::size_t index = 0; index < containers.size(); ++index) {
    const Use use = index < uses_.size() ? uses_[index] : Use{};
    const Known& known = containers[index];
    if (use.number != known.number) {
      return false;
    }
    if (use.number == 0) {
      continue;
    }
    if (use.function != known.function || use.function.value >= counts.size() ||
        found[index] != known.idle) {
      return false;
    }
    ++counts[use.function.value];
  }
  const auto same = [](std::uint64_t count, const Function& function) {
    return count == function.containers;
  };
  return std::equal(counts.begin(), counts.end(), per_function_.begin(), per_function_.end(), same);
}

}  // namespace fn::core
