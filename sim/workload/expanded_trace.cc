// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/expanded_trace.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/workload/workload.h"

namespace fn::sim {

namespace {

class ExpandedTrace final : public TraceReader {
 public:
  // `numbers`: of each handle of the workload's only group, in the trace.
  ExpandedTrace(const TraceReader& reader, std::vector<std::uint32_t> numbers)
      : numbers_(std::move(numbers)), next_minute_(reader.head().begin_ns / core::kTraceMinuteNs) {
    known_head = reader.head();
    known_warnings = reader.warnings();
    known_paths = reader.paths();
    for (core::TraceFunction& function : known_head.functions) {
      function.durations = {};
    }
  }

  void replay(Workload workload) {
    known_head.notes = std::move(workload.assumptions);
    workload_ = std::move(workload);
  }

  core::Result<bool> next(core::TraceMinute& minute) override {
    ArrivalSource& source = *workload_.groups.front().arrivals;
    minute.counts.clear();
    minute.calls.clear();
    arrivals_.clear();
    while (arrivals_.empty() && !source.exhausted()) {
      minute.number = next_minute_++;
      const std::int64_t end = next_minute_ * core::kTraceMinuteNs - known_head.begin_ns;
      source.fill(core::Instant(core::Duration(end)), arrivals_);
    }
    if (core::Status read = source.status(); !read) {
      return tl::unexpected(read.error());
    }
    for (const Arrival& arrival : arrivals_) {
      minute.calls.push_back({core::to_ns(arrival.at) + known_head.begin_ns,
                              arrival.run.count(),
                              numbers_[arrival.function.value]});
    }
    return !minute.calls.empty();
  }

 private:
  std::vector<std::uint32_t> numbers_;
  Workload workload_;
  std::vector<Arrival> arrivals_;
  std::int64_t next_minute_;
};

}  // namespace

core::Result<TraceReaderPtr> expand(TraceReaderPtr reader, const TraceOptions& options) {
  TraceOptions all = options;
  all.tenant = "all";
  // The group has the functions in the order of their ids, or as they are.
  const std::vector<std::string> ids = function_ids(reader->head().functions);
  std::vector<std::uint32_t> numbers(ids.size());
  std::iota(numbers.begin(), numbers.end(), 0U);
  if (all.tie == Tie::kId) {
    std::sort(numbers.begin(), numbers.end(), [&ids](std::uint32_t left, std::uint32_t right) {
      return ids[left] < ids[right];
    });
  }
  auto expanded = std::make_unique<ExpandedTrace>(*reader, std::move(numbers));
  core::Result<Workload> workload = open_trace(std::move(reader), all, nullptr);
  if (!workload) {
    return tl::unexpected(workload.error());
  }
  expanded->replay(std::move(*workload));
  return TraceReaderPtr(std::move(expanded));
}

}  // namespace fn::sim
