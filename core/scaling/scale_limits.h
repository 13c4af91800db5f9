// SPDX-License-Identifier: Apache-2.0
//
// From a scaler's wish to what is done about it: minimum, maximum and head-room, cool-downs, steps
// and the window of past wishes, shared by the scalers that are ours. Growing revives draining
// runners before it asks for new ones; shrinking first forgets orders that wait to be placed again.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/scaling/group_scaler.h"
#include "core/scaling/scaler_config.h"

namespace fn::core {

class ScaleLimits {
 public:
  explicit ScaleLimits(const ScaleLimitsConfig& config) : config_(config) {}

  // The demand asks for `wish` runners and the scaler, for its own reasons in `limits`, for
  // `target`.
  void apply(const GroupView& view,
             std::uint32_t wish,
             std::uint32_t target,
             std::uint32_t limits,
             GroupDecision& decision);

  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  // A wish that stood until `until`.
  struct PastWish {
    Instant until{};
    std::uint32_t wish = 0;
    std::uint32_t pad = 0;
  };

  [[nodiscard]] std::uint32_t bounded(std::uint32_t wish,
                                      std::uint32_t target,
                                      std::uint32_t& limits) const;
  void remember(const GroupView& view, std::uint32_t target);
  void raise(const GroupView& view, std::uint32_t target, GroupDecision& decision);
  void lower(const GroupView& view, std::uint32_t target, GroupDecision& decision);
  // What may not be gone below for the sake of the past.
  std::uint32_t held_size(const GroupView& view, std::uint32_t target, GroupDecision& decision);
  std::uint32_t limit_drain(const GroupView& view, std::uint32_t count, GroupDecision& decision);

  ScaleLimitsConfig config_;
  // Past wishes that were higher than any later one, so the first one is the highest.
  std::vector<PastWish> past_;
  std::uint32_t standing_ = 0;
  std::uint64_t adopted_ = 0;
  // The last time of each; kNever: it never happened.
  Instant last_change_ = kNever;
  Instant last_order_ = kNever;
  Instant last_drain_ = kNever;
};

}  // namespace fn::core
