// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/call_sorter.h"

#include <algorithm>
#include <tuple>

namespace fn::sim {

namespace {

auto order_of(const core::TraceCall& call) {
  return std::tuple(call.start_ns, call.function, call.run_ns);
}

bool comes_before(const core::TraceCall& left, const core::TraceCall& right) {
  return order_of(left) < order_of(right);
}

bool is_same(const core::TraceCall& left, const core::TraceCall& right) {
  return order_of(left) == order_of(right);
}

}  // namespace

void CallSorter::take(bool all, std::vector<core::TraceCall>& out) {
  if (!std::is_sorted(waiting_.begin(), waiting_.end(), comes_before)) {
    std::sort(waiting_.begin(), waiting_.end(), comes_before);
  }
  const std::size_t count = all ? waiting_.size() : waiting_.size() - late_rows_;
  if (count == 0) {
    return;
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  handed_out_ns_ = waiting_[count - 1].start_ns;
  for (auto call = waiting_.begin(); call + 1 < end; ++call) {
    duplicates_ += is_same(*call, *(call + 1)) ? 1U : 0U;
  }
  out.insert(out.end(), waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
}

}  // namespace fn::sim
