// SPDX-License-Identifier: Apache-2.0
//
// What a scenario stands for: its calls, and a world for each group that they belong to.

#pragma once

#include <memory>
#include <vector>

#include "core/base/result.h"
#include "sim/scenario/scenario.h"
#include "sim/workload/workload.h"
#include "sim/world/group_world.h"

namespace fn::sim {

// Opens the scenario's trace, or makes its workload. Errors are one line.
core::Result<Workload> open_workload(const Scenario& scenario);

// In the order of the groups, which go into their worlds. `keep_decisions`: for decisions.jsonl.
std::vector<std::unique_ptr<GroupWorld>> make_worlds(const Scenario& scenario,
                                                     Workload& workload,
                                                     bool keep_decisions);

}  // namespace fn::sim
