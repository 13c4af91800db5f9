// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/trace_feed.h"

#include <utility>

#include "core/base/assert.h"

namespace fn::sim {

TraceFeed::TraceFeed(TraceReaderPtr reader,
                     std::vector<Place> places,
                     std::size_t groups,
                     const TraceLimits& limits)
    : reader_(std::move(reader)),
      places_(std::move(places)),
      inboxes_(groups),
      limits_(limits),
      begin_ns_(reader_->head().begin_ns) {
  FN_ASSERT(reader_->whole_head() && places_.size() == reader_->head().functions.size());
}

void TraceFeed::advance(core::Instant until) {
  const std::int64_t until_ns = until.time_since_epoch().count();
  while (!ended_) {
    if (!ahead_) {
      const core::Result<bool> more = reader_->next(minute_);
      if (!more) {
        status_ = tl::unexpected(more.error());
      }
      ended_ = !more || !*more;
      ahead_ = !ended_;
    }
    // A minute that began before the run does is dealt out with the first.
    if (!ahead_ || minute_.number * core::kTraceMinuteNs - begin_ns_ >= until_ns) {
      return;
    }
    ahead_ = false;
    status_ = deal();
    ended_ = !status_;
  }
}

core::Status TraceFeed::deal() {
  std::uint64_t calls = minute_.calls.size();
  const std::int64_t minute_ns = minute_.number * core::kTraceMinuteNs - begin_ns_;
  for (const core::TraceCount& count : minute_.counts) {
    calls += count.calls;
    const Place& place = places_[count.function];
    if (place.group != kNobody) {
      inboxes_[place.group].counts.push_back({minute_ns, place.function, count.calls});
    }
  }
  for (const core::TraceCall& call : minute_.calls) {
    const Place& place = places_[call.function];
    if (place.group != kNobody) {
      inboxes_[place.group].calls.push_back(
          {call.start_ns - begin_ns_, call.run_ns, place.function});
    }
  }
  if (calls > limits_.calls_per_minute) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      reader_->paths().front() + ": expected at most " +
                          std::to_string(limits_.calls_per_minute) +
                          " calls in one minute, found " + std::to_string(calls) + " in minute " +
                          std::to_string(minute_.number));
  }
  return {};
}

}  // namespace fn::sim
