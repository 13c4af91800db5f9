// SPDX-License-Identifier: Apache-2.0
//
// The knobs of a workload without a trace: `[workload]`, `[[workload.groups]]` and
// `[[workload.groups.functions]]`. What they must satisfy together, check_synthetic() says.

#pragma once

#include <span>

#include "core/base/units.h"
#include "core/config/field.h"
#include "sim/workload/synthetic_config.h"

namespace fn::sim {

std::span<const core::Field<SyntheticConfig>> synthetic_fields();  // workload.
std::span<const core::Field<SyntheticGroup>> group_fields();       // workload.groups[i].
std::span<const core::Field<FunctionFamily>> function_fields();    // ....functions[j].

// The one knob of a memory size to choose from: ....functions[j].memory_mib, or memory_mib[k].
std::span<const core::Field<core::MemoryMib>> memory_choice_fields();

}  // namespace fn::sim
