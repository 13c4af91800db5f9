// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/trace_arrivals.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/hash.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr std::uint64_t kMinuteNs = 60'000'000'000;
// A minute has fewer than 2^36 nanoseconds; the rest of a key is the function.
constexpr int kFunctionBits = 28;
constexpr std::uint64_t kFunctionMask = (1ULL << kFunctionBits) - 1;

core::Instant minute_start(std::uint32_t minute) {
  return core::Instant(core::Duration(static_cast<std::int64_t>(minute * kMinuteNs)));
}

// A 64-bit draw as a nanosecond of the minute.
std::uint64_t in_minute(std::uint64_t draw) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(draw) * kMinuteNs) >> 64);
}

}  // namespace

TraceArrivals::TraceArrivals(ByteSourcePtr counts,
                             std::uint32_t minutes,
                             const TraceOptions& options,
                             const std::vector<TraceStream>& streams)
    : counts_(std::move(counts)),
      minutes_(minutes),
      spread_(options.spread),
      duration_source_(options.durations) {
  FN_ASSERT(streams.size() <= kFunctionMask);
  functions_.reserve(streams.size());
  for (std::uint32_t index = 0; index < streams.size(); ++index) {
    const TraceStream& stream = streams[index];
    functions_.push_back({stream.spread_key, stream.duration_key, 0, stream.durations});
    if (stream.calls > 0) {
      Active& active = active_.emplace_back();
      active.function = index;
      active.calls_left = static_cast<std::uint32_t>(stream.calls);
      active.cursor.offset = stream.counts_offset;
    }
  }
}

void TraceArrivals::fill(core::Instant until, std::vector<Arrival>& out) {
  hand_out_rest(until, out);
  while (!active_.empty() && minute_start(minute_) < until) {
    read_minute();
    sorter_.sort(keys_);
    ++minute_;
    if (minute_start(minute_) <= until) {
      emit(out);
    } else {
      rest_.clear();
      rest_begin_ = 0;
      emit(rest_);
      hand_out_rest(until, out);
    }
  }
}

bool TraceArrivals::exhausted() const {
  return active_.empty() && rest_begin_ == rest_.size();
}

core::Status TraceArrivals::status() const {
  if (failure_.empty()) {
    return {};
  }
  return core::fail(core::ErrorCode::kUnavailable, failure_);
}

void TraceArrivals::fail(std::string message) {
  failure_ = std::move(message);
}

bool TraceArrivals::refill(Cursor& cursor) {
  const core::Result<std::size_t> got = counts_->read_at(cursor.offset, cursor.buffer);
  if (!got) {
    fail(got.error().message);
    return false;
  }
  cursor.offset += *got;
  cursor.begin = 0;
  cursor.end = static_cast<std::uint16_t>(*got);
  return *got > 0;
}

// The first pass has checked each count, so anything unexpected is a file that changed since.
bool TraceArrivals::next_count(Active& active, std::uint64_t& count) {
  Cursor& cursor = active.cursor;
  count = 0;
  while (count <= active.calls_left) {
    if (cursor.begin == cursor.end && !refill(cursor)) {
      return false;
    }
    const char byte = cursor.buffer[cursor.begin];
    ++cursor.begin;
    if (byte == ',' || byte == '\n' || byte == '\r') {
      return true;
    }
    if (byte < '0' || byte > '9') {
      return false;
    }
    count = count * 10 + static_cast<std::uint64_t>(byte - '0');
  }
  return false;
}

void TraceArrivals::read_minute() {
  keys_.clear();
  std::size_t kept = 0;
  for (std::size_t index = 0; index < active_.size(); ++index) {
    Active& active = active_[index];
    std::uint64_t count = 0;
    const bool last = minute_ + 1 == minutes_;
    if (!next_count(active, count) || (last && count != active.calls_left)) {
      if (failure_.empty()) {
        fail(counts_->name() + ": changed while it was being replayed; run again");
      }
      active_.clear();
      keys_.clear();
      return;
    }
    if (count > 0) {
      place(active.function, count);
      active.calls_left -= static_cast<std::uint32_t>(count);
    }
    if (active.calls_left > 0) {
      if (kept != index) {
        active_[kept] = active;
      }
      ++kept;
    }
  }
  active_.resize(kept);
}

void TraceArrivals::place(std::uint32_t function, std::uint64_t count) {
  constexpr std::uint64_t kMinuteUs = kMinuteNs / 1000;
  const Function& state = functions_[function];
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
    keys_.push_back((offset << kFunctionBits) | function);
  }
}

void TraceArrivals::emit(std::vector<Arrival>& out) {
  const core::Instant start = minute_start(minute_ - 1);
  for (const std::uint64_t key : keys_) {
    const auto handle = static_cast<std::uint32_t>(key & kFunctionMask);
    Function& function = functions_[handle];
    Arrival& arrival = out.emplace_back();
    arrival.at = start + core::Duration(static_cast<std::int64_t>(key >> kFunctionBits));
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

void TraceArrivals::hand_out_rest(core::Instant until, std::vector<Arrival>& out) {
  while (rest_begin_ < rest_.size() && rest_[rest_begin_].at < until) {
    out.push_back(rest_[rest_begin_]);
    ++rest_begin_;
  }
}

}  // namespace fn::sim
