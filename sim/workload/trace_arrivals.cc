// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/trace_arrivals.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/assert.h"
#include "core/base/hash.h"
#include "sim/trace/quantiles.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr auto kMinuteNs = static_cast<std::uint64_t>(core::kTraceMinuteNs);
// A minute has fewer than 2^36 nanoseconds; the rest of a key is the function.
constexpr int kFunctionBits = 28;
constexpr std::uint64_t kFunctionMask = (1ULL << kFunctionBits) - 1;

// A 64-bit draw as a nanosecond of the minute.
std::uint64_t in_minute(std::uint64_t draw) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(draw) * kMinuteNs) >> 64);
}

auto order_of(const Arrival& arrival) {
  return std::tuple(arrival.at, arrival.function.value, arrival.run);
}

bool comes_before(const Arrival& left, const Arrival& right) {
  return order_of(left) < order_of(right);
}

}  // namespace

TraceArrivals::TraceArrivals(std::shared_ptr<TraceFeed> feed,
                             std::uint32_t group,
                             const TraceOptions& options,
                             const std::vector<TraceStream>& streams)
    : feed_(std::move(feed)),
      group_(group),
      spread_(options.spread),
      duration_source_(options.durations) {
  FN_ASSERT(streams.size() <= kFunctionMask);
  functions_.reserve(streams.size());
  for (const TraceStream& stream : streams) {
    functions_.push_back({stream.spread_key, stream.duration_key, 0, stream.durations});
    calls_left_ += stream.calls;
  }
}

void TraceArrivals::fill(core::Instant until, std::vector<Arrival>& out) {
  // A source that is alone with its feed needs no one to prepare it.
  feed_->advance(until);
  hand_out(until, out);
  take_inbox();
  hand_out(until, out);
}

bool TraceArrivals::exhausted() const {
  const FeedInbox& inbox = feed_->inbox(group_);
  return calls_left_ == 0 || (feed_->ended() && rest_begin_ == rest_.size() &&
                              inbox.counts.empty() && inbox.calls.empty());
}

void TraceArrivals::take_inbox() {
  FeedInbox& inbox = feed_->inbox(group_);
  if (inbox.counts.empty() && inbox.calls.empty()) {
    return;
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(rest_begin_));
  rest_begin_ = 0;
  const std::size_t before = rest_.size();
  for (std::size_t index = 0; index < inbox.counts.size();) {
    const std::int64_t minute_ns = inbox.counts[index].minute_ns;
    keys_.clear();
    for (; index < inbox.counts.size() && inbox.counts[index].minute_ns == minute_ns; ++index) {
      place(inbox.counts[index]);
    }
    sorter_.sort(keys_);
    emit_counted(minute_ns);
  }
  for (const core::TraceCall& call : inbox.calls) {
    emit_call(call);
  }
  if (!inbox.calls.empty()) {
    sort_mixed(before);
  }
  inbox.counts.clear();
  inbox.calls.clear();
}

// Calls of one instant come in no order of ours, and counted calls stand before the others.
void TraceArrivals::sort_mixed(std::size_t from) {
  const auto begin = rest_.begin() + static_cast<std::ptrdiff_t>(from);
  if (std::is_sorted(begin, rest_.end(), comes_before)) {
    return;
  }
  std::sort(begin, rest_.end(), comes_before);
  // Numbered once more, in the order that they have now.
  for (auto arrival = begin; arrival != rest_.end(); ++arrival) {
    --functions_[arrival->function.value].next_index;
  }
  for (auto arrival = begin; arrival != rest_.end(); ++arrival) {
    arrival->index = functions_[arrival->function.value].next_index++;
  }
}

void TraceArrivals::place(const FeedCount& counted) {
  constexpr std::uint64_t kMinuteUs = kMinuteNs / 1000;
  const Function& state = functions_[counted.function];
  const std::uint64_t count = counted.calls;
  for (std::uint64_t call = 0; call < count; ++call) {
    std::uint64_t offset = 0;
    switch (spread_) {
      case Spread::kUniform:
        offset = in_minute(draw_at(state.spread_key, state.next_index + call));
        break;
      case Spread::kEven:
        offset = call * kMinuteNs / count;
        break;
      case Spread::kMidpoint:
        offset = (2 * call + 1) * (kMinuteUs / 2) / count * 1000;
        break;
      case Spread::kStart:
        break;
    }
    keys_.push_back((offset << kFunctionBits) | counted.function);
  }
}

void TraceArrivals::emit_counted(std::int64_t minute_ns) {
  for (const std::uint64_t key : keys_) {
    const auto handle = static_cast<std::uint32_t>(key & kFunctionMask);
    Function& function = functions_[handle];
    Arrival& arrival = rest_.emplace_back();
    arrival.at =
        core::Instant(core::Duration(minute_ns + static_cast<std::int64_t>(key >> kFunctionBits)));
    arrival.function = core::FunctionHandle{handle};
    arrival.index = function.next_index++;
    if (duration_source_ == DurationSource::kAverage) {
      arrival.run = std::max(kShortestRun, function.durations.average);
      arrival.first_run = std::max(arrival.run, function.durations.maximum);
    } else {
      arrival.run =
          quantile(function.durations, open_unit(draw_at(function.duration_key, arrival.index)));
      arrival.first_run = arrival.run;
    }
  }
}

void TraceArrivals::emit_call(const core::TraceCall& call) {
  Function& function = functions_[call.function];
  Arrival& arrival = rest_.emplace_back();
  arrival.at = core::Instant(core::Duration(call.start_ns));
  arrival.function = core::FunctionHandle{call.function};
  arrival.index = function.next_index++;
  arrival.run = call.run_ns > 0 ? core::Duration(call.run_ns) : kShortestRun;
  arrival.first_run = arrival.run;
}

void TraceArrivals::hand_out(core::Instant until, std::vector<Arrival>& out) {
  while (rest_begin_ < rest_.size() && rest_[rest_begin_].at < until) {
    out.push_back(rest_[rest_begin_]);
    ++rest_begin_;
    --calls_left_;
  }
}

}  // namespace fn::sim
