// SPDX-License-Identifier: Apache-2.0
//
// The knobs of the core's config structs, one table per struct: what fnsim and the services share.
// Members that follow from other knobs (an LB's phase, the largest runner) are not knobs.

#pragma once

#include <span>
#include <string_view>

#include "core/config/field.h"
#include "core/lb/lb_config.h"
#include "core/npm/npm_config.h"
#include "core/runner/runner_config.h"

namespace fn::core {

// Keys under `lb.`
std::span<const Field<LbConfig>> lb_fields();

// Keys under `npm.`
std::span<const Field<NpmConfig>> npm_fields();

// Whether an NPM with this scaler looks at the knob `key` under `npm.`: the seed's rules of 2018
// and the scalers have knobs of their own and leave some of the others alone.
bool is_used(std::string_view scaler, std::string_view key);

// Keys under `runner.`
std::span<const Field<RunnerConfig>> runner_fields();

}  // namespace fn::core
