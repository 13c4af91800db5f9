// SPDX-License-Identifier: Apache-2.0
//
// Calls that stand a little out of order come in, calls in order go out. Memory: twice the rows
// that a call may be late.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/io/trace_model.h"

namespace fn::sim {

class CallSorter {
 public:
  explicit CallSorter(std::size_t late_rows) : late_rows_(late_rows) {}

  // False: calls behind it were handed out already.
  bool add(const core::TraceCall& call) {
    if (call.start_ns < handed_out_ns_) {
      return false;
    }
    out_of_order_ += call.start_ns < latest_ns_ ? 1U : 0U;
    latest_ns_ = call.start_ns > latest_ns_ ? call.start_ns : latest_ns_;
    waiting_.push_back(call);
    return true;
  }

  // Whether take() should come before the next add().
  [[nodiscard]] bool full() const { return waiting_.size() >= 2 * late_rows_; }

  // Appends the calls that nothing can come before any more, in order of (start, function, run);
  // with `all` every one.
  void take(bool all, std::vector<core::TraceCall>& out);

  // Calls that stood behind later ones.
  [[nodiscard]] std::uint64_t out_of_order() const { return out_of_order_; }

  // Calls that equal another in start, function and duration.
  [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }

 private:
  std::size_t late_rows_;
  std::vector<core::TraceCall> waiting_;
  std::int64_t latest_ns_ = 0;
  std::int64_t handed_out_ns_ = 0;
  std::uint64_t out_of_order_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace fn::sim
