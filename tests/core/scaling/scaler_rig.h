// SPDX-License-Identifier: Apache-2.0
//
// A group without a node pool manager around it: it carries out what a scaler decides, on counts
// and sizes alone. Runners that are asked for come when the test says so.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/scaling/group_scaler.h"
#include "core/scaling/scale_limit.h"

namespace fn::tests {

class ScalerRig {
 public:
  explicit ScalerRig(std::string_view name, const core::ScalerConfig& config = {})
      : scaler_(core::make_scaler(name, config)) {}

  // Time goes on to `now`, with every reconsideration that is due on the way.
  void run_to(core::Instant now) {
    while (decision_.reconsider_at <= now) {
      now_ = decision_.reconsider_at;
      decide(core::DecideCause::kDeadline);
    }
    now_ = now;
  }

  // The LBs need that much from `now` on.
  const core::GroupDecision& demand(core::Instant now, const core::MergedRequirement& demand) {
    run_to(now);
    demand_ = demand;
    last_call_ = now;
    return decide(core::DecideCause::kAdvertised);
  }

  const core::GroupDecision& demand_mib(core::Instant now, std::int64_t memory_mib) {
    return demand(now, core::MergedRequirement{memory_mib, 0, 0, 0, 0});
  }

  // `count` runners turn up, those that were ordered first.
  const core::GroupDecision& come(core::Instant now,
                                  std::uint32_t count,
                                  std::uint32_t memory_mib = 4096,
                                  std::uint32_t cpu_milli = 0) {
    run_to(now);
    for (std::uint32_t done = 0; done < count; ++done) {
      newest_ = core::Member{core::RunnerHandle{next_runner_++}, memory_mib, cpu_milli};
      active_.push_back(newest_);
      since_.push_back(now);
      listed_mib_ += memory_mib;
      adopted_ += ordered_ == 0 ? 1U : 0U;
      ordered_ -= std::min(ordered_, 1U);
    }
    return decide(core::DecideCause::kListed);
  }

  // All that was ordered turns up.
  const core::GroupDecision& deliver(core::Instant now) { return come(now, ordered_); }

  // The newest active runner is lost.
  const core::GroupDecision& lose_one(core::Instant now) {
    run_to(now);
    active_.pop_back();
    since_.pop_back();
    return decide(core::DecideCause::kListed);
  }

  // `count` of what was ordered waits to be ordered again.
  void pause(std::uint32_t count) { paused_ = count; }

  [[nodiscard]] std::size_t active() const { return active_.size(); }

  [[nodiscard]] std::uint32_t ordered() const { return ordered_; }

  [[nodiscard]] const core::GroupDecision& decision() const { return decision_; }

  [[nodiscard]] core::GroupScaler& scaler() { return *scaler_; }

  // Decisions so far that changed something.
  [[nodiscard]] std::uint32_t actions() const { return actions_; }

 private:
  const core::GroupDecision& decide(core::DecideCause cause) {
    core::GroupView view;
    view.now = now_;
    view.cause = cause;
    view.demand = demand_;
    view.last_call = last_call_;
    view.active = active_;
    view.active_since = since_;
    view.draining = draining_;
    view.ordered = ordered_;
    view.paused = paused_;
    view.adopted = adopted_;
    view.listed_mib = listed_mib_;
    view.newest = newest_;
    scaler_->decide(view, decision_);
    actions_ += decision_.acts() ? 1U : 0U;
    carry_out();
    return decision_;
  }

  void carry_out() {
    paused_ -= decision_.cancel;
    ordered_ = ordered_ + decision_.provision - decision_.cancel;
    for (std::uint32_t done = 0; done < decision_.revive; ++done) {
      active_.push_back(draining_.back());
      since_.push_back(now_);
      draining_.pop_back();
    }
    for (std::uint32_t done = 0; done < decision_.drain; ++done) {
      draining_.push_back(active_.back());
      active_.pop_back();
      since_.pop_back();
    }
  }

  std::unique_ptr<core::GroupScaler> scaler_;
  core::Instant now_{};
  core::Instant last_call_{};
  core::MergedRequirement demand_;
  std::vector<core::Member> active_;
  std::vector<core::Instant> since_;
  std::vector<core::Member> draining_;
  core::Member newest_;
  std::uint32_t next_runner_ = 0;
  std::uint32_t ordered_ = 0;
  std::uint32_t paused_ = 0;
  std::uint64_t adopted_ = 0;
  std::int64_t listed_mib_ = 0;
  std::uint32_t actions_ = 0;
  core::GroupDecision decision_;
};

constexpr core::Instant at(core::Duration since_start) {
  return core::Instant(since_start);
}

}  // namespace fn::tests
