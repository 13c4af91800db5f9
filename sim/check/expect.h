// SPDX-License-Identifier: Apache-2.0
//
// Bounds on a run's summary: `wait.p99<200ms`, `within_slo>=99.9%`, `direction_changes<=6`,
// `cold<1%` (of the calls). `fnsim run --check` enforces those in a scenario's [expect] table.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace fn::sim {

enum class Comparison : std::uint8_t { kLess, kAtMost, kEqual, kAtLeast, kMore };

struct Bound {
  // Empty: of the total.
  std::string group;
  // As in the summary: "wait_ms.p99", "direction_changes".
  std::string field;
  Comparison comparison = Comparison::kAtMost;
  // In the field's unit, or a share of the calls from 0 to 1.
  double limit = 0;
  bool share_of_calls = false;
  // As it was written, and where.
  std::string text;
  std::string place;
};

// The fields that a bound may name, as in the summary; times end in "_ms", "_s" or "_hours".
std::span<const std::string_view> summary_fields();

// "wait.p99<200ms"; `wait` and `latency` stand for wait_ms and latency_ms. Errors are one line that
// starts with `place`.
core::Result<Bound> parse_bound(std::string_view text, std::string_view group, std::string place);

// The value of a field of a group (empty: of the total); nullopt where the summary has null.
using SummaryLookup =
    std::function<std::optional<double>(std::string_view group, std::string_view field)>;

// Nothing when the bound holds; else one line: which bound, the value, and by how much.
// A field without a value misses every bound.
std::optional<std::string> missed(const Bound& bound, const SummaryLookup& lookup);

}  // namespace fn::sim
