// SPDX-License-Identifier: Apache-2.0
//
// The arrivals of one group of a synthetic workload: its families' processes merged in time, ended
// by a number of calls or a time. What a call draws depends on its function's stream and number
// only.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/rng.h"
#include "sim/workload/arrival.h"
#include "sim/workload/rate_curve.h"
#include "sim/workload/sampling.h"
#include "sim/workload/synthetic_config.h"

namespace fn::sim {

// The execution of a call whose draw is `unit` in (0, 1).
core::Duration draw_run(const DurationShape& shape, double unit);

// The first run of a container, when a later one would take `run`.
core::Duration first_run(const DurationShape& shape, core::Duration run);

class SyntheticArrivals final : public ArrivalSource {
 public:
  // `until` and `calls` bound the group; `streams` is the generator its streams are forked from.
  SyntheticArrivals(const std::vector<FunctionFamily>& families,
                    core::Instant until,
                    std::uint64_t calls,
                    const core::Rng& streams);

  void fill(core::Instant until, std::vector<Arrival>& out) override;
  [[nodiscard]] bool exhausted() const override;

 private:
  struct Family {
    std::uint32_t first_function = 0;
    std::uint32_t count = 1;
    ArrivalClock clock;
    core::Rng choice;
    std::optional<AliasTable> popularity;  // none: equal
    DurationShape durations;
    core::Instant next_at;
  };

  struct Function {
    std::uint64_t duration_key = 0;
    std::uint32_t family = 0;
    std::uint32_t next_index = 0;
  };

  [[nodiscard]] core::Instant earliest() const;
  void advance(Family& family);
  void draw_slice(core::Instant until, std::vector<Arrival>& out);
  void complete(Arrival& arrival);

  std::vector<Family> families_;
  std::vector<Function> functions_;
  core::Instant end_;
  std::uint64_t calls_left_;
  core::Duration slice_{};
};

// The id of function number `index` of a family.
std::string function_id(const FunctionFamily& family, std::uint32_t index);

}  // namespace fn::sim
