// SPDX-License-Identifier: Apache-2.0
//
// Two or more runs side by side: the figures of the whole run, one line each, then what each group
// had of the three that tell most. With two runs, the change from the first to the second is told
// in words as well.

#pragma once

#include <span>
#include <string>

#include "sim/report/summary.h"
#include "sim/report/text_table.h"

namespace fn::sim {

struct LabelledRun {
  // What the runs differ in, such as the policy's name.
  std::string label;
  const RunSummary* run = nullptr;
};

// At most `style.width` columns: runs that do not fit beside each other follow below.
// REQUIRES: `runs` is not empty, and no run is null.
std::string compare_table(std::span<const LabelledRun> runs, const TableStyle& style);

}  // namespace fn::sim
