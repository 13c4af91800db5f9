// SPDX-License-Identifier: Apache-2.0

#include "sim/report/group_recorder.h"

namespace fn::sim {

GroupRecorder::GroupRecorder(const RecorderConfig& config)
    : config_(config),
      counts_from_(core::Instant{} + config.warmup),
      boundary_(core::Instant{} + kSamplePeriod),
      next_sample_(boundary_),
      runners_(counts_from_),
      containers_(counts_from_),
      idle_mib_(counts_from_),
      held_mib_(counts_from_) {}

void GroupRecorder::runners_changed(core::Instant at, const RunnerCounts& counts) {
  reach(at);
  runners_.change(at, counts.all() - runners_.value());
  minute_.runners = counts;
}

void GroupRecorder::scaled(core::Instant at,
                           std::uint32_t ups,
                           std::uint32_t downs,
                           std::uint32_t revived) {
  reach(at);
  all_scale_.add(ups, downs, revived);
  if (at < counts_from_) {
    return;
  }
  scale_.add(ups, downs, revived);
}

void GroupRecorder::demand(core::Instant at,
                           std::uint64_t demand_mib,
                           std::uint64_t capacity_mib,
                           std::uint64_t waiting) {
  reach(at);
  minute_.demand_mib = demand_mib;
  minute_.capacity_mib = capacity_mib;
  minute_.waiting = waiting;
}

void GroupRecorder::checkpoint(core::Instant last_arrival) {
  FN_ASSERT(last_arrival >= last_arrival_);
  if (last_arrival > last_arrival_) {
    last_arrival_ = last_arrival;
    pending_ = true;
    set_boundary();
  }
}

MinuteRow GroupRecorder::end_minute(core::Instant minute_end) {
  FN_ASSERT(minute_end == minute_start_ + kMinute);
  reach(minute_end);
  minute_.end = minute_end;
  wait_.merge(minute_wait_);
  const bool warmed_up = early_wait_.count() == 0;
  if (!warmed_up) {
    early_wait_.merge(minute_wait_);
  }
  const core::Histogram& waits = warmed_up ? minute_wait_ : early_wait_;
  minute_.wait_p50 = waits.percentile(500);
  minute_.wait_p99 = waits.percentile(990);
  const MinuteRow row = minute_;
  if (metrics_ != nullptr) {
    keep_minute();
  }

  minute_wait_.clear();
  early_wait_.clear();
  minute_.arrived = 0;
  minute_.cold = 0;
  minute_.refused = 0;
  minute_start_ = minute_end;
  samples_ = 0;
  return row;
}

void GroupRecorder::keep_start(core::Duration wait, bool counts, core::FunctionHandle function) {
  if (counts && !functions_.empty()) {
    functions_[function.value].started(wait);
  }
  if (metrics_ != nullptr) {
    metrics_->wait.add(wait);
  }
}

void GroupRecorder::keep_end(const CallRecord& call) {
  if (call.arrived >= counts_from_ && !functions_.empty()) {
    functions_[call.function.value].ended(call);
  }
  if (metrics_ == nullptr) {
    return;
  }
  ++metrics_->outcomes[static_cast<std::size_t>(call.outcome)];
  if (call.outcome == core::CallOutcome::kCompleted) {
    metrics_->duration.add(call.ended - call.arrived);
  } else {
    ++metrics_->reasons[static_cast<std::size_t>(call.reason)];
  }
}

// What is known only now, or is told less often than calls are.
void GroupRecorder::keep_minute() {
  MetricSample& metrics = *metrics_;
  metrics.arrived += minute_.arrived;
  metrics.cold_starts += minute_.cold;
  metrics.scale_ups = all_scale_.ups;
  metrics.scale_downs = all_scale_.downs;
  metrics.direction_changes = all_scale_.turns;
  metrics.waiting = minute_.waiting;
  metrics.demand_mib = minute_.demand_mib;
  metrics.capacity_mib = minute_.capacity_mib;
  metrics.runners = minute_.runners;
  metrics.containers = static_cast<std::uint64_t>(containers_.value());
  metrics.held_mib = static_cast<std::uint64_t>(held_mib_.value());
  metrics.idle_mib = static_cast<std::uint64_t>(idle_mib_.value());
}

void GroupRecorder::add_to(Tally& total) const {
  const WindowSums sums = final_checkpoint().sums;
  Tally own;
  own.calls = calls_;
  own.window = sums;
  own.wait.merge(wait_);
  own.wait.merge(minute_wait_);
  own.latency.merge(latency_);
  own.cost = static_cast<double>(sums.runner_ns) / 3.6e12 * config_.cost_per_runner_hour;
  own.cost_idle = static_cast<double>(sums.runner_idle_ns) / 3.6e12 * config_.cost_per_runner_hour;
  total.add(own);
}

GroupSummary GroupRecorder::summary() const {
  Tally tally;
  add_to(tally);
  return tally.summary(final_checkpoint().peaks);
}

// Samples up to `at`, and the checkpoint when it lies before `at`: both see the levels as they are
// before anything changes at `at`.
void GroupRecorder::pass_boundaries(core::Instant at) {
  for (; next_sample_ <= at; next_sample_ += kSamplePeriod) {
    FN_ASSERT(samples_ < kSamplesPerMinute);
    minute_.samples[samples_++] =
        LevelSample{.runners = static_cast<std::uint64_t>(runners_.value()),
                    .containers = static_cast<std::uint64_t>(containers_.value())};
  }
  if (pending_ && last_arrival_ < at) {
    checkpoint_ = checkpoint_at(last_arrival_);
    pending_ = false;
  }
  set_boundary();
}

void GroupRecorder::set_boundary() {
  boundary_ = pending_ ? std::min(next_sample_, last_arrival_ + core::Duration(1)) : next_sample_;
}

GroupRecorder::Checkpoint GroupRecorder::checkpoint_at(core::Instant at) const {
  Level runners = runners_;
  Level containers = containers_;
  Level idle_mib = idle_mib_;
  Level held_mib = held_mib_;
  runners.hold(at);
  containers.hold(at);
  idle_mib.hold(at);
  held_mib.hold(at);
  Checkpoint checkpoint;
  checkpoint.sums.scale_ups = scale_.ups;
  checkpoint.sums.scale_downs = scale_.downs;
  checkpoint.sums.direction_changes = scale_.turns;
  checkpoint.sums.runner_ns = runners.area();
  checkpoint.sums.container_ns = containers.area();
  checkpoint.sums.idle_mib_ns = idle_mib.area();
  if (config_.runner_memory.value > 0) {
    // Time of whole runners. A provider's stub runs more than it is paid for: not below zero.
    const core::WideInt busy_ns = (held_mib.area() - idle_mib.area()) / config_.runner_memory.value;
    checkpoint.sums.runner_idle_ns = std::max<core::WideInt>(runners.area() - busy_ns, 0);
  }
  if (at > counts_from_) {
    checkpoint.sums.length = at - counts_from_;
    checkpoint.peaks.runners = static_cast<std::uint64_t>(runners.peak());
    checkpoint.peaks.containers = static_cast<std::uint64_t>(containers.peak());
  }
  return checkpoint;
}

GroupRecorder::Checkpoint GroupRecorder::final_checkpoint() const {
  return pending_ ? checkpoint_at(last_arrival_) : checkpoint_;
}

}  // namespace fn::sim
