// SPDX-License-Identifier: Apache-2.0
//
// Whether a synthetic workload makes sense: every number in its range, every name given once. The
// error names the place as the scenario file has it.

#pragma once

#include "core/base/result.h"
#include "sim/workload/synthetic_config.h"

namespace fn::sim {

core::Status check_synthetic(const SyntheticConfig& config);

}  // namespace fn::sim
