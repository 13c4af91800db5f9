// SPDX-License-Identifier: Apache-2.0
//
// The knobs of a generated trace: `[trace]`, `[platform]`, `[[tenants]]` and `[[tenants.shapes]]`.
// What they must satisfy together, check_generator() says.

#pragma once

#include <span>

#include "core/base/time.h"
#include "core/config/field.h"
#include "sim/trace/generate/generator_config.h"

namespace fn::sim {

std::span<const core::Field<GeneratorConfig>> generated_fields();  // trace.
std::span<const core::Field<PlatformConfig>> platform_fields();    // platform.
std::span<const core::Field<TenantConfig>> tenant_fields();        // tenants[i].
std::span<const core::Field<LoadShape>> shape_fields();            // tenants[i].shapes[j].

// The one knob of a period: tenants[i].timer_minutes, or timer_minutes[k].
std::span<const core::Field<TimerPeriod>> timer_period_fields();

}  // namespace fn::sim
