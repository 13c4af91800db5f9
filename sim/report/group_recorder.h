// SPDX-License-Identifier: Apache-2.0
//
// What happens in one group, counted while it happens: a few additions per call and no memory per
// call. The world tells it every change with its time, which never goes back.
//
// Calls count when they arrived at or after the end of the warm-up, however long they take to end.
// Levels (runners, containers, idle memory) and scale actions count in [warm-up, last arrival],
// both ends included; see checkpoint(). Samples at a time show what was true just before it.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/assert.h"
#include "core/base/histogram.h"
#include "core/base/time.h"
#include "core/base/units.h"
#include "core/lb/messages.h"
#include "sim/report/call_record.h"
#include "sim/report/function_book.h"
#include "sim/report/group_summary.h"
#include "sim/report/level.h"
#include "sim/report/metric_sample.h"
#include "sim/report/minute_row.h"
#include "sim/report/scale_actions.h"
#include "sim/report/tally.h"

namespace fn::sim {

struct RecorderConfig {
  // Calls that arrive earlier are simulated, but not counted.
  core::Duration warmup{};
  // A completed call whose function starts within this counts as within_slo.
  core::Duration slo = std::chrono::milliseconds(500);
  // In whatever money the scenario counts; zero: not counted.
  double cost_per_runner_hour = 0;
  // Of one runner, all of a group being of one size; zero: what of it is idle is not counted.
  core::MemoryMib runner_memory{};
};

class GroupRecorder {
 public:
  explicit GroupRecorder(const RecorderConfig& config);

  // Counts each of so many functions as well. REQUIRES: nothing was told yet.
  void keep_functions(std::size_t count) {
    functions_.resize(count);
    keeps_more_ = true;
  }

  // Keeps the group's metrics as well. REQUIRES: nothing was told yet.
  void keep_metrics() {
    metrics_ = std::make_unique<MetricSample>();
    keeps_more_ = true;
  }

  // ---- calls ----

  void call_arrived([[maybe_unused]] core::Instant at) { ++minute_.arrived; }

  // The function starts, `wait` after the call's arrival; `cold`: in a fresh container.
  // `function` matters only with keep_functions().
  void call_started(core::Instant at,
                    core::Duration wait,
                    bool cold,
                    core::FunctionHandle function = {}) {
    minute_.cold += cold ? 1U : 0U;
    const bool counts = at - wait >= counts_from_;
    (counts ? minute_wait_ : early_wait_).add(wait);
    if (keeps_more_) [[unlikely]] {
      keep_start(wait, counts, function);
    }
  }

  // Exactly once per call.
  void call_ended(const CallRecord& call) {
    minute_.refused += call.outcome == core::CallOutcome::kRefused ? 1U : 0U;
    if (keeps_more_) [[unlikely]] {
      keep_end(call);
    }
    if (call.arrived < counts_from_) {
      return;
    }
    ++calls_.outcomes[static_cast<std::size_t>(call.outcome)];
    if (call.outcome != core::CallOutcome::kCompleted) [[unlikely]] {
      ++calls_.reasons[static_cast<std::size_t>(call.reason)];
      return;
    }
    calls_.within_slo += call.started - call.arrived <= config_.slo ? 1U : 0U;
    latency_.add(call.ended - call.arrived);
    if (call.cold) {
      ++calls_.cold;
      calls_.cold_overhead_ns += call.cold_overhead.count();
    }
  }

  // One more effort for a call that was refused somewhere; `arrived` is when that call arrived.
  void retried(core::Instant arrived) {
    calls_.retries += counts(arrived);
    count_metric(&MetricSample::retries);
  }

  // A smaller call went past a refused head; `arrived` is when the smaller one arrived.
  void overtook(core::Instant arrived) {
    calls_.overtakes += counts(arrived);
    count_metric(&MetricSample::overtakes);
  }

  // A drain reached its deadline and cut off a call that had arrived at `arrived`.
  void drain_cut(core::Instant arrived) {
    calls_.drains_cut += counts(arrived);
    count_metric(&MetricSample::drains_cut);
  }

  // ---- levels ----

  void runners_changed(core::Instant at, const RunnerCounts& counts);

  // So many containers more, or fewer, that hold so much memory together from their start on.
  void containers_changed(core::Instant at, int delta, std::int64_t delta_mib) {
    reach(at);
    containers_.change(at, delta);
    held_mib_.change(at, delta_mib);
  }

  // Memory of containers that exist, are up and run nothing.
  void idle_memory_changed(core::Instant at, std::int64_t delta_mib) {
    reach(at);
    idle_mib_.change(at, delta_mib);
  }

  // One scale action: `ups` runners were asked for, `downs` were given up (drained, or their order
  // cancelled), `revived` were called back from draining.
  void scaled(core::Instant at, std::uint32_t ups, std::uint32_t downs, std::uint32_t revived = 0);

  // What the group needs and can hold as the NPM knows it, and the calls waiting at its LBs.
  void demand(core::Instant at,
              std::uint64_t demand_mib,
              std::uint64_t capacity_mib,
              std::uint64_t waiting);

  // ---- the run's rhythm ----

  // The last arrival of the whole run is, as far as known now, at `last_arrival`: sums over the
  // window end there. Told once per slice, at any time up to that instant (the arrivals of a slice
  // are known before it runs); the last one told stands.
  // REQUIRES: no change after `last_arrival` was told, unless it was told before.
  void checkpoint(core::Instant last_arrival);

  // The minute [end - 60 s, end) is over. REQUIRES: minutes are ended one after the other.
  MinuteRow end_minute(core::Instant minute_end);

  // ---- results, after the last minute was ended ----

  // Adds this group to `total`.
  void add_to(Tally& total) const;

  // The group's figures; its name is left empty.
  [[nodiscard]] GroupSummary summary() const;

  // By function handle; empty without keep_functions().
  [[nodiscard]] std::span<const FunctionBook> functions() const { return functions_; }

  // As they were when the last minute ended. REQUIRES: keep_metrics().
  [[nodiscard]] const MetricSample& metrics() const { return *metrics_; }

 private:
  // Sums at one instant.
  struct Checkpoint {
    WindowSums sums;
    Peaks peaks;
  };

  [[nodiscard]] std::uint64_t counts(core::Instant arrived) const {
    return arrived >= counts_from_ ? 1U : 0U;
  }

  // What is kept besides when it was asked for; not inlined where every call comes by.
  void keep_start(core::Duration wait, bool counts, core::FunctionHandle function);
  void keep_end(const CallRecord& call);
  void keep_minute();

  void count_metric(std::uint64_t MetricSample::*count) {
    if (metrics_ != nullptr) {
      ++((*metrics_).*count);
    }
  }

  // To be called before any level changes at `at`.
  void reach(core::Instant at) {
    if (at >= boundary_) [[unlikely]] {
      pass_boundaries(at);
    }
  }

  void pass_boundaries(core::Instant at);
  void set_boundary();
  [[nodiscard]] Checkpoint checkpoint_at(core::Instant at) const;
  [[nodiscard]] Checkpoint final_checkpoint() const;

  static constexpr core::Instant kNone = core::Instant::min();

  // What every call touches comes first.
  RecorderConfig config_;
  core::Instant counts_from_;
  // The next instant that needs a sample, or that is past a checkpoint to be taken.
  core::Instant boundary_;
  core::Instant next_sample_;
  bool keeps_more_ = false;  // functions or metrics
  Level runners_;
  Level containers_;
  Level idle_mib_;
  Level held_mib_;
  CallCounts calls_;
  core::Histogram minute_wait_;
  core::Histogram latency_;

  core::Histogram early_wait_;  // of calls that arrived during the warm-up
  core::Histogram wait_;
  ScaleActions scale_;      // in the window
  ScaleActions all_scale_;  // in the whole run
  std::vector<FunctionBook> functions_;
  std::unique_ptr<MetricSample> metrics_;
  Checkpoint checkpoint_;
  MinuteRow minute_;
  std::size_t samples_ = 0;
  core::Instant minute_start_{};
  core::Instant last_arrival_ = kNone;
  bool pending_ = false;  // the checkpoint at last_arrival_ is yet to be taken
};

}  // namespace fn::sim
