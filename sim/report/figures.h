// SPDX-License-Identifier: Apache-2.0
//
// One table of all figures of a GroupSummary: name, decimals, how to read and how to set it. The
// JSON form, the CSV columns, the reader and bounds on results ("wait_ms.p99") all come from it, in
// this order.

#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sim/report/group_summary.h"

namespace fn::sim {

struct Figure {
  // As in summary.json; a dot stands for a nested object.
  std::string_view name;
  // Digits after the point; zero: a whole number.
  int decimals = 0;
  // The figure may be null.
  bool optional = false;
  // It came later than the schema: older summaries lack it.
  bool added = false;
  std::optional<double> (*get)(const GroupSummary&) = nullptr;
  // REQUIRES: value >= 0; a value unless the figure is optional.
  void (*set)(GroupSummary&, std::optional<double>) = nullptr;
};

std::span<const Figure> figures();

// Null when no figure has that name.
const Figure* find_figure(std::string_view name);

}  // namespace fn::sim
