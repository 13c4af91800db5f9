// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/time.h"
#include "core/config/unit.h"
#include "sim/trace/call_time.h"
#include "sim/trace/csv.h"
#include "sim/trace/trace_filter.h"
#include "sim/trace/trace_operations.h"

namespace fn::sim {

namespace {

constexpr std::int64_t kForeverNs = std::int64_t{1} << 62;

// A bound as it was given; a time of day has to wait for the trace's zero.
struct Bound {
  std::string option;
  std::string text;
  std::int64_t ns = 0;
  bool of_day = false;
};

core::Result<Bound> parse_bound(const std::string& option, const std::string& text) {
  Bound bound{option, text, 0, false};
  bool zoned = false;
  if (parse_rfc3339(text, bound.ns, zoned)) {
    bound.of_day = true;
    return bound;
  }
  const core::Result<core::Duration> time = core::parse_duration(text);
  if (!time || *time < core::Duration::zero()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      option + " " + quoted(text) +
                          ": expected a time since the trace's beginning such as 90m or 8h, or one "
                          "of day such as 2024-01-31T08:00:00Z");
  }
  bound.ns = time->count();
  return bound;
}

class CutReader final : public TraceFilter {
 public:
  CutReader(TraceReaderPtr inner, Bound from, Bound to)
      : TraceFilter(std::move(inner)), from_(std::move(from)), to_(std::move(to)) {}

  [[nodiscard]] bool whole_head() const override { return false; }

  core::Result<bool> next(core::TraceMinute& minute) override;

 private:
  core::Status place(Bound& bound) const;
  core::Status place_both();
  core::Status trim(core::TraceMinute& minute) const;
  core::Status finish();

  Bound from_;
  Bound to_;
  bool placed_ = false;
  bool any_ = false;
};

core::Status CutReader::place(Bound& bound) const {
  if (!bound.of_day) {
    return {};
  }
  const std::int64_t origin = inner_reader->head().origin_unix_ns;
  if (origin == 0) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      bound.option + " " + bound.text +
                          ": expected a time since the trace's beginning such as 8h: the trace "
                          "does not say at which time of day it begins");
  }
  bound.ns = std::max<std::int64_t>(0, bound.ns - origin);
  bound.of_day = false;
  return {};
}

// As soon as the trace's zero is known, which is with its first minute at the latest.
core::Status CutReader::place_both() {
  if (placed_) {
    return {};
  }
  placed_ = true;
  core::Status placed = place(from_);
  placed = placed ? place(to_) : placed;
  if (placed && inner_reader->whole_head()) {
    inner_reader->skip_to(from_.ns / core::kTraceMinuteNs);
  }
  return placed;
}

core::Status CutReader::trim(core::TraceMinute& minute) const {
  const std::int64_t begin = minute.number * core::kTraceMinuteNs;
  const std::int64_t end = begin + core::kTraceMinuteNs;
  for (const Bound* bound : {&from_, &to_}) {
    if (bound->ns > begin && bound->ns < end && !minute.counts.empty()) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        bound->option + " " + bound->text +
                            ": expected a full minute, because the trace counts calls in minutes");
    }
  }
  const auto outside = [this](const core::TraceCall& call) {
    return call.start_ns < from_.ns || call.start_ns >= to_.ns;
  };
  minute.calls.erase(std::remove_if(minute.calls.begin(), minute.calls.end(), outside),
                     minute.calls.end());
  return {};
}

core::Status CutReader::finish() {
  follow();
  follow_functions();
  const std::int64_t end = known_head.end_ns;
  known_head.begin_ns = std::max(known_head.begin_ns, from_.ns);
  known_head.end_ns = std::max(known_head.begin_ns, std::min(end, to_.ns));
  std::string note = "cut:";
  note += from_.text.empty() ? "" : " from " + from_.text;
  note += to_.text.empty() ? "" : " to " + to_.text;
  known_head.notes.push_back(note);
  if (!any_) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      note + ": expected a time with calls; the trace covers " +
                          std::to_string(end / core::kTraceMinuteNs) + " minutes");
  }
  return {};
}

core::Result<bool> CutReader::next(core::TraceMinute& minute) {
  if (inner_reader->whole_head()) {
    // Nothing was read yet, so that what is not wanted can be skipped.
    if (core::Status placed = place_both(); !placed) {
      return tl::unexpected(placed.error());
    }
  }
  while (true) {
    core::Result<bool> more = inner_reader->next(minute);
    if (!more) {
      return more;
    }
    if (core::Status placed = place_both(); !placed) {
      return tl::unexpected(placed.error());
    }
    const std::int64_t begin = minute.number * core::kTraceMinuteNs;
    // What follows is read all the same where only the end tells the head.
    const bool behind = *more && begin >= to_.ns;
    if (!*more || (behind && inner_reader->whole_head())) {
      core::Status finished = finish();
      return finished ? core::Result<bool>(false) : tl::unexpected(finished.error());
    }
    if (behind || begin + core::kTraceMinuteNs <= from_.ns) {
      continue;
    }
    if (core::Status trimmed = trim(minute); !trimmed) {
      return tl::unexpected(trimmed.error());
    }
    if (minute.counts.empty() && minute.calls.empty()) {
      continue;
    }
    any_ = true;
    follow_functions();
    return true;
  }
}

}  // namespace

core::Result<TraceReaderPtr> cut(TraceReaderPtr reader,
                                 const std::string& from,
                                 const std::string& to) {
  core::Result<Bound> begin = Bound{"--from", from, 0, false};
  core::Result<Bound> end = Bound{"--to", to, kForeverNs, false};
  begin = from.empty() ? begin : parse_bound("--from", from);
  end = to.empty() ? end : parse_bound("--to", to);
  if (!begin || !end) {
    return tl::unexpected(!begin ? begin.error() : end.error());
  }
  if (begin->of_day == end->of_day && begin->ns >= end->ns) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "--from " + from + " --to " + to + ": expected an end behind the beginning");
  }
  return TraceReaderPtr(
      std::make_unique<CutReader>(std::move(reader), std::move(*begin), std::move(*end)));
}

}  // namespace fn::sim
