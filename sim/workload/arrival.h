// SPDX-License-Identifier: Apache-2.0
//
// The calls of one group in the order in which they arrive. A source is pulled slice by slice, so
// that a day of calls is never in memory at once; sources of different groups may be pulled by
// different threads at the same time.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace fn::sim {

// One call of a function. `run` is the execution in a container that has run before, `first_run`
// the execution when it is the container's first. `index`: this is call number `index` of its
// function, from 0.
struct Arrival {
  core::Instant at;
  core::Duration run{};
  core::Duration first_run{};
  core::FunctionHandle function;
  std::uint32_t index = 0;
};

static_assert(sizeof(Arrival) == 32);

class ArrivalSource {
 public:
  ArrivalSource() = default;
  ArrivalSource(const ArrivalSource&) = delete;
  ArrivalSource& operator=(const ArrivalSource&) = delete;
  virtual ~ArrivalSource() = default;

  // Brings along what several sources share until then. For one source at a time; fill(), which may
  // run for several sources at once, does it where it was left out.
  virtual void prepare([[maybe_unused]] core::Instant until) {}

  // Appends every arrival with `at` < `until` that was not handed out yet, ordered by (at,
  // function, index): function handles are numbered in the order of their tie keys.
  // REQUIRES: `until` is not earlier than in the call before.
  virtual void fill(core::Instant until, std::vector<Arrival>& out) = 0;

  // True when nothing is left to hand out, also after a failure.
  [[nodiscard]] virtual bool exhausted() const = 0;

  // Ok, or why the source ended early (its file changed or could not be read any more).
  [[nodiscard]] virtual core::Status status() const { return {}; }
};

}  // namespace fn::sim
