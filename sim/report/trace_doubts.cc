// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <string_view>

#include "sim/report/trace_report.h"

namespace fn::sim {

namespace {

struct DoubtKind {
  std::string_view kind;
  std::uint64_t core::TraceTrust::*count;
  std::string_view meaning;
};

constexpr std::array kKinds = {
    DoubtKind{"rows_skipped",
              &core::TraceTrust::rows_skipped,
              "malformed rows left out by --lenient: their calls are missing"},
    DoubtKind{"duplicates",
              &core::TraceTrust::duplicates,
              "rows that repeat another: if logged twice, load and peaks are too high"},
    DoubtKind{"end_before_start",
              &core::TraceTrust::end_before_start,
              "calls whose end lies before their start, left out: the clocks disagree"},
    DoubtKind{"out_of_order",
              &core::TraceTrust::out_of_order,
              "rows behind later starts, put in order: a clock that went back moves bursts"},
    DoubtKind{"zero_durations",
              &core::TraceTrust::zero_durations,
              "durations of 0, run as 1 ms: short functions may use more or less"},
    DoubtKind{"lost_functions",
              &core::TraceTrust::lost_functions,
              "functions without durations or memory, left out with their calls"},
    DoubtKind{"lost_calls",
              &core::TraceTrust::lost_calls,
              "calls of those functions: load and runners are too low by them"},
    DoubtKind{"defaulted_durations",
              &core::TraceTrust::defaulted_durations,
              "calls with the default duration: load and cold starts are guesses"},
    DoubtKind{"defaulted_memory",
              &core::TraceTrust::defaulted_memory,
              "functions with the default memory: runners needed scale with it"},
};

}  // namespace

std::vector<Doubt> doubts_of(const core::TraceHead& head, const TraceStatistics& statistics) {
  std::vector<Doubt> doubts;
  for (const DoubtKind& kind : kKinds) {
    if (const std::uint64_t count = head.trust.*(kind.count); count > 0) {
      doubts.push_back({std::string(kind.kind), count, std::string(kind.meaning)});
    }
  }
  if (statistics.counted_calls > 0) {
    doubts.push_back({"minute_bins",
                      statistics.counted_calls,
                      "calls known by their minute only: waits and cold starts depend on "
                      "workload.spread"});
  }
  return doubts;
}

}  // namespace fn::sim
