// SPDX-License-Identifier: Apache-2.0
//
// One trace for all groups of a run: it is read once, and each minute's calls are dealt out to the
// groups that they belong to. In flow minutes of the whole trace, out flow one group's.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// So many calls of a function in the minute that begins at `minute_ns`.
struct FeedCount {
  std::int64_t minute_ns = 0;
  std::uint32_t function = 0;  // of the group
  std::uint32_t calls = 0;
};

// What came for one group and was not taken yet, in order of time. Times count from the run's zero,
// functions are handles of the group.
struct FeedInbox {
  std::vector<FeedCount> counts;
  std::vector<core::TraceCall> calls;
};

class TraceFeed {
 public:
  // Which function of which group each function of the trace is.
  struct Place {
    std::uint32_t group = kNobody;
    std::uint32_t function = 0;
  };

  static constexpr std::uint32_t kNobody = 0xffffffffU;

  // REQUIRES: reader->whole_head(); a place for each of its functions.
  TraceFeed(TraceReaderPtr reader,
            std::vector<Place> places,
            std::size_t groups,
            const TraceLimits& limits);

  // Reads on until all that happens before `until` is in the inboxes. From one thread at a time,
  // while no inbox is in use.
  void advance(core::Instant until);

  [[nodiscard]] FeedInbox& inbox(std::uint32_t group) { return inboxes_[group]; }

  // Nothing is left to read, also after a failure.
  [[nodiscard]] bool ended() const { return ended_; }

  // Why the reading ended early.
  [[nodiscard]] const core::Status& status() const { return status_; }

 private:
  core::Status deal();

  TraceReaderPtr reader_;
  std::vector<Place> places_;
  std::vector<FeedInbox> inboxes_;
  TraceLimits limits_;
  core::TraceMinute minute_;
  std::int64_t begin_ns_;
  bool ahead_ = false;  // minute_ was read, but not dealt out
  bool ended_ = false;
  core::Status status_;
};

}  // namespace fn::sim
