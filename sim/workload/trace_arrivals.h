// SPDX-License-Identifier: Apache-2.0
//
// The arrivals of one group of a trace. Calls that the trace knows one by one arrive when it says;
// counted ones are placed in their minute and get their durations here. Every draw depends on the
// seed, the function's id and the number of the call only: neither other functions nor the order of
// rows move it. Memory grows with functions and with the calls of one minute.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/trace/trace_options.h"
#include "sim/workload/arrival.h"
#include "sim/workload/key_sorter.h"
#include "sim/workload/trace_feed.h"

namespace fn::sim {

// One function of the group; its handle is its place in the list.
struct TraceStream {
  std::uint64_t calls = 0;
  std::uint64_t spread_key = 0;    // stream of the places inside the minute
  std::uint64_t duration_key = 0;  // stream of the durations
  core::FunctionDurations durations;
};

class TraceArrivals final : public ArrivalSource {
 public:
  TraceArrivals(std::shared_ptr<TraceFeed> feed,
                std::uint32_t group,
                const TraceOptions& options,
                const std::vector<TraceStream>& streams);

  void prepare(core::Instant until) override { feed_->advance(until); }

  void fill(core::Instant until, std::vector<Arrival>& out) override;
  [[nodiscard]] bool exhausted() const override;

  [[nodiscard]] core::Status status() const override { return feed_->status(); }

 private:
  struct Function {
    std::uint64_t spread_key = 0;
    std::uint64_t duration_key = 0;
    std::uint32_t next_index = 0;
    core::FunctionDurations durations;
  };

  void take_inbox();
  void place(const FeedCount& count);
  void emit_counted(std::int64_t minute_ns);
  void emit_call(const core::TraceCall& call);
  void sort_mixed(std::size_t from);
  void hand_out(core::Instant until, std::vector<Arrival>& out);

  std::shared_ptr<TraceFeed> feed_;
  std::uint32_t group_;
  Spread spread_;
  DurationSource duration_source_;
  std::vector<Function> functions_;
  std::uint64_t calls_left_ = 0;
  // One number per call of the current minute: nanosecond inside it, then function.
  std::vector<std::uint64_t> keys_;
  KeySorter sorter_;
  // What was placed already, but lies behind the last `until`.
  std::vector<Arrival> rest_;
  std::size_t rest_begin_ = 0;
};

}  // namespace fn::sim
