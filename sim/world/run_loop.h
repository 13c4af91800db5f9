// SPDX-License-Identifier: Apache-2.0
//
// RunLoop: takes all groups' worlds through simulated time, minute by minute, each minute side by
// side on several threads. What is the same in every minute, whatever the threads: the arrivals of
// all groups are drawn first, so that every world knows the run's last arrival so far; then the
// worlds run; then the minute is reported, in the order of the groups' names.

#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "sim/report/minute_row.h"
#include "sim/world/group_world.h"
#include "sim/world/thread_pool.h"

namespace fn::sim {

struct MinuteReport {
  core::Instant end;
  // The last arrival of the run so far.
  core::Instant last_arrival;
  // Calls that have arrived so far.
  std::uint64_t calls = 0;
  // By group.
  std::span<const MinuteRow> rows;
};

class RunLoop {
 public:
  // REQUIRES: `worlds` ascend by name.
  RunLoop(std::vector<std::unique_ptr<GroupWorld>> worlds, std::size_t threads);

  // Runs until every call has ended. `report` is told each minute and may end the run by an error.
  core::Status run(const std::function<core::Status(const MinuteReport&)>& report);

  [[nodiscard]] std::span<const std::unique_ptr<GroupWorld>> worlds() const { return worlds_; }

  // Chains the groups' names and digests.
  [[nodiscard]] std::uint64_t digest() const;

 private:
  [[nodiscard]] core::Status sources_ok() const;

  std::vector<std::unique_ptr<GroupWorld>> worlds_;
  ThreadPool threads_;
};

}  // namespace fn::sim
