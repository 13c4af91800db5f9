// SPDX-License-Identifier: Apache-2.0
//
// fn-2018: what Fn's node pool manager did in March 2018, defects included, so that they can be
// shown. It keeps two sums of its own, `current` (active runners) and `target` (active and asked
// for), which nothing corrects when a runner is lost, never comes, or comes unasked: with two
// addresses behind one request the group flaps for ever. There is no minimum and no maximum, no
// cool-down, and no smoothing.
//
// Source: poolmanager/manager.go of fnproject/fn at a618a17 (behaviour, not text).

#pragma once

#include "core/scaling/group_scaler.h"

namespace fn::core {

class Fn2018Scaler final : public GroupScaler {
 public:
  // The unit of planning, whatever a runner's real size is, in MiB.
  static constexpr std::int64_t kCapacityPerRunner = 4096;
  // The most runners that one decision asks for.
  static constexpr std::int64_t kLargestRequest = 20;

  void decide(const GroupView& view, GroupDecision& decision) override;

  [[nodiscard]] bool seed_rules() const override { return true; }

  void save(Writer& out) const override;
  Status load(Reader& in) override;

 private:
  void keep_books(const GroupView& view);
  void grow(const GroupView& view, std::int64_t required, GroupDecision& decision);
  void shrink(const GroupView& view, std::int64_t required, GroupDecision& decision);

  std::int64_t current_mib_ = 0;
  std::int64_t target_mib_ = 0;
  // How far the view's running counts have been entered.
  std::int64_t listed_mib_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace fn::core
