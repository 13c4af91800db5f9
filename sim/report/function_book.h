// SPDX-License-Identifier: Apache-2.0
//
// What is counted of one function in one group. There are tens of thousands of them, so it is
// small: 136 bytes, and 8 for each histogram bucket that holds something.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/compact_histogram.h"
#include "core/base/time.h"
#include "sim/report/call_record.h"
#include "sim/report/tally.h"

namespace fn::sim {

class FunctionBook {
 public:
  // The function started, `wait` after the call's arrival.
  void started(core::Duration wait) { wait_.add(wait); }

  void ended(const CallRecord& call) {
    ++outcomes_[static_cast<std::size_t>(call.outcome)];
    if (call.outcome == core::CallOutcome::kCompleted) {
      cold_ += call.cold ? 1U : 0U;
      execution_.add(call.ended - call.started);
    }
  }

  [[nodiscard]] std::uint64_t calls() const {
    return outcomes_[0] + outcomes_[1] + outcomes_[2] + outcomes_[3];
  }

  [[nodiscard]] std::uint64_t ended_as(core::CallOutcome outcome) const {
    return outcomes_[static_cast<std::size_t>(outcome)];
  }

  // Completed in a fresh container.
  [[nodiscard]] std::uint64_t cold() const { return cold_; }

  // Of every start, whatever became of it.
  [[nodiscard]] const core::CompactHistogram& wait() const { return wait_; }

  // From the start until the answer, of completed calls.
  [[nodiscard]] const core::CompactHistogram& execution() const { return execution_; }

 private:
  std::array<std::uint64_t, kCallOutcomes> outcomes_{};
  std::uint64_t cold_ = 0;
  core::CompactHistogram wait_;
  core::CompactHistogram execution_;
};

}  // namespace fn::sim
