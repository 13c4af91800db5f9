// SPDX-License-Identifier: Apache-2.0
//
// Which runners the LBs rest, and which of them must be replaced: one that every LB that uses it
// (that holds a claim for the group) has rested for a while, at most one per group in the time that
// a new runner takes to come. A runner that one LB still uses stays: the trouble may be that LB's.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace fn::core {

struct RestedRunnersConfig {
  // How long all LBs must have rested a runner; kForever: none is ever replaced.
  Duration rest_before_replacement = std::chrono::seconds(10);
  // What a new runner usually takes from its order on: at most one is replaced in that time.
  Duration provision_delay = std::chrono::minutes(1);
};

class RestedRunners {
 public:
  explicit RestedRunners(const RestedRunnersConfig& config) : config_(config) {}

  // `lb` rests the runner, or uses it again. Ask reassess() afterwards.
  void report(LbHandle lb, RunnerHandle runner, bool rested);

  // The runner left the pool; the LB is gone.
  void forget(RunnerHandle runner);
  void forget(LbHandle lb);

  // Nobody rests anything: then there is nothing to reassess.
  [[nodiscard]] bool empty() const { return runners_.empty(); }

  // To be asked when a report came or the LBs that use the group changed: `users` LBs do, and
  // `uses(lb)` tells of each.
  template <typename Uses>
  void reassess(Instant now, std::uint32_t users, Uses uses) {
    for (Rested& rested : runners_) {
      const auto resting = std::count_if(rested.lbs.begin(), rested.lbs.end(), uses);
      const bool all = users > 0 && resting == static_cast<std::ptrdiff_t>(users);
      rested.all_since = all ? std::min(rested.all_since, now) : kNever;
    }
    rearm();
  }

  // The runner to replace now, which is then forgotten; not valid: none is.
  RunnerHandle take_due(Instant now);

  [[nodiscard]] Instant next_deadline() const { return next_; }

  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  struct Rested {
    RunnerHandle runner;
    std::vector<LbHandle> lbs;
    Instant all_since = kNever;
  };

  // The longest rested one, the oldest of several, or the end.
  std::vector<Rested>::iterator longest_rested();
  void rearm();

  RestedRunnersConfig config_;
  std::vector<Rested> runners_;  // by handle, so by age
  Instant last_replaced_ = kNever;
  Instant next_ = kNever;
};

}  // namespace fn::core
