// SPDX-License-Identifier: Apache-2.0
//
// The knobs of the simulated surroundings, one table per struct of world_config.h, and of how a
// trace becomes calls.

#pragma once

#include <span>
#include <string>

#include "core/config/field.h"
#include "sim/scenario/world_config.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

// The trace to replay, as `--trace` takes it; empty: there is none.
struct TraceInput {
  std::string path;
  TraceFormat format = TraceFormat::kAuto;
};

std::span<const core::Field<RunSettings>> run_fields();            // run.
std::span<const core::Field<NodesConfig>> nodes_fields();          // nodes.
std::span<const core::Field<ProviderConfig>> provider_fields();    // provider.
std::span<const core::Field<NetworkConfig>> network_fields();      // network.
std::span<const core::Field<ContainerConfig>> container_fields();  // container.
std::span<const core::Field<CallerConfig>> caller_fields();        // callers.
std::span<const core::Field<CostConfig>> cost_fields();            // cost.
std::span<const core::Field<TraceInput>> trace_input_fields();     // workload.
std::span<const core::Field<TraceOptions>> trace_fields();         // workload.

}  // namespace fn::sim
