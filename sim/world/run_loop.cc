// SPDX-License-Identifier: Apache-2.0

#include "sim/world/run_loop.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/digest.h"

namespace fn::sim {

RunLoop::RunLoop(std::vector<std::unique_ptr<GroupWorld>> worlds, std::size_t threads)
    : worlds_(std::move(worlds)), threads_(std::max<std::size_t>(threads, 1)) {}

core::Status RunLoop::run(const std::function<core::Status(const MinuteReport&)>& report) {
  std::vector<core::Instant> last(worlds_.size(), core::Instant::min());
  std::vector<MinuteRow> rows(worlds_.size());
  // The busiest worlds begin first, so that no thread is left alone with one at the end.
  std::vector<std::size_t> order(worlds_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  MinuteReport minute{.end = core::Instant{}, .last_arrival = core::Instant::min(), .rows = rows};
  for (bool done = false; !done;) {
    minute.end += kMinute;
    for (const std::unique_ptr<GroupWorld>& world : worlds_) {
      world->workload().arrivals->prepare(minute.end);
    }
    threads_.run(worlds_.size(), [&](std::size_t piece) {
      const std::size_t index = order[piece];
      last[index] = std::max(last[index], worlds_[index]->fill(minute.end));
    });
    if (core::Status status = sources_ok(); !status) {
      return status;
    }
    for (const core::Instant at : last) {
      minute.last_arrival = std::max(minute.last_arrival, at);
    }
    threads_.run(worlds_.size(), [&](std::size_t piece) {
      const std::size_t index = order[piece];
      worlds_[index]->run(minute.end, minute.last_arrival);
      rows[index] = worlds_[index]->end_minute(minute.end);
    });
    for (const MinuteRow& row : rows) {
      minute.calls += row.arrived;
    }
    if (core::Status status = report(minute); !status) {
      return status;
    }
    std::stable_sort(order.begin(), order.end(), [&rows](std::size_t left, std::size_t right) {
      return rows[left].arrived > rows[right].arrived;
    });
    done = std::all_of(
        worlds_.begin(), worlds_.end(), [](const auto& world) { return world->finished(); });
  }
  return {};
}

core::Status RunLoop::sources_ok() const {
  for (const std::unique_ptr<GroupWorld>& world : worlds_) {
    if (core::Status status = world->workload().arrivals->status(); !status) {
      return status;
    }
  }
  return {};
}

std::uint64_t RunLoop::digest() const {
  core::Digest digest;
  for (const std::unique_ptr<GroupWorld>& world : worlds_) {
    digest.text(world->name());
    digest.word(world->digest(), 0);
  }
  return digest.value();
}

}  // namespace fn::sim
