// SPDX-License-Identifier: Apache-2.0
//
// kpa: Knative's pod autoscaler for runners. The demand is averaged over a stable window (60 s) and
// a panic window (6 s); a runner is planned to be full at 70 %. When the short average wishes for
// twice the active runners, a panic begins: until a whole stable window has passed without that,
// the size follows the higher of both averages and does not go down.
//
// Concurrency is measured in the binding resource, memory or CPU: the limit of concurrency of a
// runner is its capacity. It decides every 2 s while the group is not at rest, and at once when a
// resting group is called.

#pragma once

#include <memory>

#include "core/scaling/demand_windows.h"
#include "core/scaling/group_scaler.h"
#include "core/scaling/predictor.h"
#include "core/scaling/scale_limits.h"

namespace fn::core {

class KpaScaler final : public GroupScaler {
 public:
  explicit KpaScaler(const ScalerConfig& config);

  void decide(const GroupView& view, GroupDecision& decision) override;
  void save(Writer& out) const override;
  Status load(Reader& in) override;

 private:
  // One decision of the autoscaler: sets desired_.
  void tick(const GroupView& view, bool no_demand);
  [[nodiscard]] std::int64_t runners_for_average(const DemandWindows::Sum& sum,
                                                 const GroupView& view) const;
  // What a panic makes of the two averages' wishes.
  std::int64_t desired_in_panic(Instant now, bool over, std::int64_t stable, std::int64_t panic);
  // Zero only after the grace, and not before the runners that came unasked were watched for long
  // enough.
  void hold_last(const GroupView& view, bool window_empty);

  ScalerConfig config_;
  std::uint32_t stable_seconds_;
  std::uint32_t panic_seconds_;
  std::unique_ptr<Predictor> predictor_;
  DemandWindows windows_;
  ScaleLimits limits_;
  std::uint32_t desired_ = 0;
  std::uint32_t most_in_panic_ = 0;
  // kNever: the group is at rest.
  Instant next_tick_ = kNever;
  // kNever: there is no panic. Else the last time at which there was cause for one.
  Instant last_over_ = kNever;
  // kNever: the stable window saw demand.
  Instant empty_since_ = kNever;
  std::uint64_t adopted_ = 0;
  // Until then the group does not shrink, because runners came unasked.
  Instant watch_until_ = Instant::min();
};

}  // namespace fn::core
