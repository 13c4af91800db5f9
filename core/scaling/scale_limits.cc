// SPDX-License-Identifier: Apache-2.0

#include "core/scaling/scale_limits.h"

#include <algorithm>

#include "core/scaling/scale_limit.h"

namespace fn::core {

namespace {

// When `pause` after `last` is over; the time line's begin when it never happened.
Instant over_at(Instant last, Duration pause) {
  return last == kNever || pause <= Duration::zero() ? Instant::min() : later(last, pause);
}

std::uint32_t size_of(std::span<const Member> members) {
  return static_cast<std::uint32_t>(members.size());
}

}  // namespace

void ScaleLimits::apply(const GroupView& view,
                        std::uint32_t wish,
                        std::uint32_t target,
                        std::uint32_t limits,
                        GroupDecision& decision) {
  decision = GroupDecision{};
  decision.wish = wish;
  target = bounded(wish, target, limits);
  decision.limits = limits;
  remember(view, target);
  const std::uint32_t active = size_of(view.active);
  const std::uint32_t total = active + view.ordered;
  if (target > total || (target > active && !view.draining.empty())) {
    raise(view, target, decision);
  } else {
    lower(view, target, decision);
  }
  decision.target = total + decision.provision + decision.revive - decision.drain - decision.cancel;
}

std::uint32_t ScaleLimits::bounded(std::uint32_t wish,
                                   std::uint32_t target,
                                   std::uint32_t& limits) const {
  if (config_.headroom_runners > 0 && wish > 0) {
    target += std::min(config_.headroom_runners, ~target);
    limits |= kLimitHeadroom;
  }
  if (target < config_.min_runners) {
    target = config_.min_runners;
    limits |= kLimitMin;
  }
  if (target > config_.max_runners) {
    target = config_.max_runners;
    limits |= kLimitMax;
  }
  return target;
}

void ScaleLimits::remember(const GroupView& view, std::uint32_t target) {
  const auto note = [this, &view](std::uint32_t wish) {
    while (!past_.empty() && past_.back().wish <= wish) {
      past_.pop_back();
    }
    past_.push_back(PastWish{view.now, wish, 0});
  };
  if (target < standing_) {
    note(standing_);
  }
  standing_ = target;
  // Runners that came unasked (the NPM was restarted, the provider has its own ideas) are not sent
  // away at sight: their number counts as wished until now.
  if (view.adopted != adopted_) {
    adopted_ = view.adopted;
    note(size_of(view.active));
  }
  while (!past_.empty() && later(past_.front().until, config_.down_window) <= view.now) {
    past_.erase(past_.begin());
  }
}

void ScaleLimits::raise(const GroupView& view, std::uint32_t target, GroupDecision& decision) {
  const Instant allowed_at = over_at(last_change_, config_.cooldown_up);
  if (view.now < allowed_at) {
    decision.limits |= kLimitCooldown;
    decision.reconsider_at = allowed_at;
    return;
  }
  const std::uint32_t lacking = target - size_of(view.active);
  decision.revive = std::min(lacking, size_of(view.draining));
  const std::uint32_t coming = decision.revive + view.ordered;
  decision.provision = lacking > coming ? lacking - coming : 0;
  if (config_.step_up_runners > 0 && decision.provision > 0) {
    const Instant next_step = over_at(last_order_, config_.step_up_period);
    const std::uint32_t step = view.now < next_step ? 0 : config_.step_up_runners;
    if (decision.provision > step) {
      decision.provision = step;
      decision.limits |= kLimitStep;
      decision.reconsider_at = step == 0 ? next_step : later(view.now, config_.step_up_period);
    }
  }
  if (decision.provision > 0) {
    last_order_ = view.now;
  }
  if (decision.provision + decision.revive > 0) {
    last_change_ = view.now;
  }
}

std::uint32_t ScaleLimits::held_size(const GroupView& view,
                                     std::uint32_t target,
                                     GroupDecision& decision) {
  std::uint32_t held = target;
  if (!past_.empty() && past_.front().wish > target) {
    held = past_.front().wish;
    decision.limits |= kLimitWindow;
    decision.reconsider_at = later(past_.front().until, config_.down_window);
  }
  const Instant hold_ends = later(view.last_call, config_.last_runner_hold);
  if (held == 0 && config_.last_runner_hold > Duration::zero() && view.now < hold_ends) {
    held = 1;
    decision.limits |= kLimitLastRunner;
    decision.reconsider_at = hold_ends;
  }
  return held;
}

void ScaleLimits::lower(const GroupView& view, std::uint32_t target, GroupDecision& decision) {
  const std::uint32_t active = size_of(view.active);
  const std::uint32_t total = active + view.ordered;
  if (total <= target) {
    return;
  }
  const std::uint32_t held = held_size(view, target, decision);
  if (total <= held) {
    return;
  }
  decision.cancel = std::min(view.paused, total - held);
  // What has been ordered cannot be called back; it is drained once it has come.
  if (active > held) {
    decision.drain = limit_drain(view, active - held, decision);
  }
  if (decision.drain + decision.cancel > 0) {
    last_change_ = view.now;
  }
}

std::uint32_t ScaleLimits::limit_drain(const GroupView& view,
                                       std::uint32_t count,
                                       GroupDecision& decision) {
  const Instant allowed_at = over_at(last_change_, config_.cooldown_down);
  if (view.now < allowed_at) {
    decision.limits |= kLimitCooldown;
    decision.reconsider_at = std::min(decision.reconsider_at, allowed_at);
    return 0;
  }
  if (config_.step_down_runners > 0 || config_.step_down_percent > 0) {
    const std::uint64_t part = view.active.size() * config_.step_down_percent / 100;
    const std::uint64_t step =
        std::max<std::uint64_t>({std::uint64_t{config_.step_down_runners}, part, std::uint64_t{1}});
    const Instant next_step = over_at(last_drain_, config_.step_down_period);
    const Instant step_after = later(view.now, config_.step_down_period);
    if (view.now < next_step) {
      decision.limits |= kLimitStep;
      decision.reconsider_at = std::min(decision.reconsider_at, next_step);
      return 0;
    }
    if (count > step) {
      count = static_cast<std::uint32_t>(step);
      decision.limits |= kLimitStep;
      decision.reconsider_at = std::min(decision.reconsider_at, step_after);
    }
  }
  last_drain_ = view.now;
  return count;
}

void ScaleLimits::save(Writer& out) const {
  out.pod(std::uint64_t{past_.size()});
  for (const PastWish& past : past_) {
    out.pod(to_ns(past.until));
    out.pod(past.wish);
  }
  out.pod(standing_);
  out.pod(adopted_);
  out.pod(to_ns(last_change_));
  out.pod(to_ns(last_order_));
  out.pod(to_ns(last_drain_));
}

Status ScaleLimits::load(Reader& in) {
  std::uint64_t size = 0;
  in.pod(size);
  past_.clear();
  const auto load_instant = [&in] {
    std::int64_t at = 0;
    in.pod(at);
    return Instant(Duration(at));
  };
  for (std::uint64_t index = 0; index < size && !in.failed(); ++index) {
    PastWish past;
    past.until = load_instant();
    in.pod(past.wish);
    past_.push_back(past);
  }
  in.pod(standing_);
  in.pod(adopted_);
  last_change_ = load_instant();
  last_order_ = load_instant();
  last_drain_ = load_instant();
  if (in.failed()) {
    return fail(ErrorCode::kInvalidArgument, "saved limits of scaling: cut short");
  }
  return {};
}

}  // namespace fn::core
