// SPDX-License-Identifier: Apache-2.0
//
// What the knobs of a generated trace must satisfy, alone and together.

#pragma once

#include "core/base/result.h"
#include "sim/trace/generate/generator_config.h"

namespace fn::sim {

// An error is one line that begins with the key: "tenants[0].load_gib: expected ..., found ...".
core::Status check_generator(const GeneratorConfig& config);

}  // namespace fn::sim
