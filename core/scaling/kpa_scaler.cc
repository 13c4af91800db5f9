// SPDX-License-Identifier: Apache-2.0

#include "core/scaling/kpa_scaler.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/scaling/scale_limit.h"

namespace fn::core {

namespace {

// Knative shrinks by its own rules.
ScaleLimitsConfig limits_of(const ScalerConfig& config) {
  ScaleLimitsConfig limits = config.limits;
  limits.down_window = config.kpa.scale_down_delay;
  limits.step_down_runners = 0;
  limits.step_down_percent = 0;
  limits.last_runner_hold = Duration::zero();
  return limits;
}

std::uint32_t whole_seconds(Duration duration) {
  return clamp_to_u32(
      std::max<std::int64_t>(duration / Duration(std::chrono::seconds(1)), std::int64_t{1}));
}

// The average amount over a runner's part of `unit`, rounded up.
std::int64_t share(std::int64_t sum,
                   std::int64_t seconds,
                   std::int64_t unit,
                   std::int64_t percent) {
  if (sum <= 0 || unit <= 0) {
    return 0;
  }
  const std::int64_t whole = seconds * unit * percent;
  return (sum * 100 + whole - 1) / whole;
}

}  // namespace

KpaScaler::KpaScaler(const ScalerConfig& config)
    : config_(config),
      stable_seconds_(whole_seconds(config.kpa.stable_window)),
      panic_seconds_(
          whole_seconds(config.kpa.stable_window * config.kpa.panic_window_percent / 100)),
      predictor_(std::make_unique<IdentityPredictor>()),
      windows_(std::max(stable_seconds_, panic_seconds_)),
      limits_(limits_of(config)) {
  FN_ASSERT(config.kpa.target_percent > 0 && config.kpa.max_scale_down_rate > 0 &&
            config.kpa.max_scale_up_rate > 0);
}

void KpaScaler::decide(const GroupView& view, GroupDecision& decision) {
  const MergedRequirement demand = predictor_->forecast(view.now, view.demand);
  if (view.adopted != adopted_) {
    adopted_ = view.adopted;
    watch_until_ = later(view.now, config_.kpa.stable_window);
  }
  const bool watched = view.now < watch_until_ && !view.active.empty();
  if (next_tick_ == kNever && (watched || !demand.zero())) {
    windows_.begin(view.now);
    next_tick_ = view.now;
    empty_since_ = kNever;
  }
  if (next_tick_ != kNever) {
    windows_.record(view.now, DemandWindows::Demand{demand.memory_mib, demand.cpu_milli});
    if (view.now >= next_tick_) {
      tick(view, demand.zero());
    }
  }
  const std::uint32_t reason = last_over_ == kNever ? kLimitNone : kLimitPanic;
  limits_.apply(view, desired_, desired_, reason, decision);
  decision.reconsider_at = std::min(decision.reconsider_at, next_tick_);
}

void KpaScaler::tick(const GroupView& view, bool no_demand) {
  const auto ready = std::max<std::int64_t>(static_cast<std::int64_t>(view.active.size()), 1);
  const DemandWindows::Sum stable_sum = windows_.sum(stable_seconds_);
  const std::int64_t stable = runners_for_average(stable_sum, view);
  const std::int64_t panic = runners_for_average(windows_.sum(panic_seconds_), view);
  const bool over = panic * 100 >= ready * config_.kpa.panic_threshold_percent;
  const std::int64_t most = ready * config_.kpa.max_scale_up_rate;
  const std::int64_t least = ready / config_.kpa.max_scale_down_rate;
  const std::int64_t desired = desired_in_panic(
      view.now, over, std::clamp(stable, least, most), std::clamp(panic, least, most));
  desired_ = clamp_to_u32(desired);
  hold_last(view, stable_sum.demand.memory_mib == 0 && stable_sum.demand.cpu_milli == 0);
  const bool rests = no_demand && desired_ == 0 && last_over_ == kNever;
  next_tick_ = rests ? kNever : later(view.now, config_.kpa.tick);
}

std::int64_t KpaScaler::runners_for_average(const DemandWindows::Sum& sum,
                                            const GroupView& view) const {
  const Member runner = expected_runner(view, config_);
  const std::int64_t percent = config_.kpa.target_percent;
  return std::max(share(sum.demand.memory_mib, sum.seconds, runner.memory_mib, percent),
                  share(sum.demand.cpu_milli, sum.seconds, runner.cpu_milli, percent));
}

std::int64_t KpaScaler::desired_in_panic(Instant now,
                                         bool over,
                                         std::int64_t stable,
                                         std::int64_t panic) {
  if (over) {
    most_in_panic_ = last_over_ == kNever ? 0 : most_in_panic_;
    last_over_ = now;
  } else if (last_over_ != kNever && now >= later(last_over_, config_.kpa.stable_window)) {
    last_over_ = kNever;
  }
  if (last_over_ == kNever) {
    return stable;
  }
  most_in_panic_ = std::max(most_in_panic_, clamp_to_u32(std::max(stable, panic)));
  return most_in_panic_;
}

void KpaScaler::hold_last(const GroupView& view, bool window_empty) {
  if (!window_empty) {
    empty_since_ = kNever;
  } else if (empty_since_ == kNever) {
    empty_since_ = view.now;
  }
  const auto active = static_cast<std::uint32_t>(view.active.size());
  if (view.now < watch_until_) {
    desired_ = std::max(desired_, active);
  }
  if (desired_ == 0 && empty_since_ != kNever &&
      view.now < later(empty_since_, config_.kpa.scale_to_zero_grace)) {
    desired_ = std::min(active, 1U);
  }
}

void KpaScaler::save(Writer& out) const {
  predictor_->save(out);
  windows_.save(out);
  limits_.save(out);
  out.pod(desired_);
  out.pod(most_in_panic_);
  for (const Instant at : {next_tick_, last_over_, empty_since_, watch_until_}) {
    out.pod(to_ns(at));
  }
  out.pod(adopted_);
}

Status KpaScaler::load(Reader& in) {
  predictor_->load(in);
  if (Status windows = windows_.load(in); !windows) {
    return windows;
  }
  if (Status limits = limits_.load(in); !limits) {
    return limits;
  }
  in.pod(desired_);
  in.pod(most_in_panic_);
  for (Instant* at : {&next_tick_, &last_over_, &empty_since_, &watch_until_}) {
    std::int64_t nanoseconds = 0;
    in.pod(nanoseconds);
    *at = Instant(Duration(nanoseconds));
  }
  in.pod(adopted_);
  if (in.failed()) {
    return fail(ErrorCode::kInvalidArgument, "saved state of kpa: cut short");
  }
  return {};
}

}  // namespace fn::core
