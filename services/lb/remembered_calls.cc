// SPDX-License-Identifier: Apache-2.0

#include "services/lb/remembered_calls.h"

#include <algorithm>

namespace fn::services {

std::optional<RememberedCalls::Id> RememberedCalls::id_of(std::string_view text) {
  Id id{};
  if (text.empty() || text.size() > id.size()) {
    return std::nullopt;
  }
  std::ranges::copy(text, id.begin());
  return id;
}

void RememberedCalls::remember(std::string_view call_id,
                               const FunctionVersionPtr& function,
                               core::RunnerHandle runner) {
  const std::optional<Id> id = id_of(call_id);
  if (!id || calls_ == 0) {
    return;
  }
  if (ring_.size() < calls_) {
    ring_.emplace_back();
  }
  Entry& entry = ring_[next_];
  entry.id = *id;
  if (entry.known.function != function) {  // the same one again costs no counting
    entry.known.function = function;
  }
  entry.known.runner = runner;
  next_ = next_ + 1 == calls_ ? 0 : next_ + 1;
}

std::optional<RememberedCalls::Known> RememberedCalls::find(std::string_view call_id) const {
  const std::optional<Id> id = id_of(call_id);
  for (std::size_t back = 1; id && back <= ring_.size(); ++back) {
    const Entry& entry = ring_[(next_ + ring_.size() - back) % ring_.size()];
    if (entry.id == *id) {
      return entry.known;
    }
  }
  return std::nullopt;
}

}  // namespace fn::services
