// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/worlds.h"

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/rng.h"
#include "sim/scenario/trace_source.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/tenant_rule.h"
#include "sim/world/assumptions.h"

namespace fn::sim {

namespace {

GroupSetup setup_of(const Scenario& scenario, const std::string& group, bool keep_decisions) {
  GroupSetup setup;
  setup.nodes = scenario.nodes;
  setup.lb = scenario.lb;
  setup.runner = scenario.runner;
  setup.npm = scenario.npm_of(group);
  setup.provider = scenario.provider;
  setup.network = scenario.network;
  setup.container = scenario.container;
  setup.caller = scenario.callers;
  setup.recorder = {.warmup = scenario.run.warmup,
                    .slo = scenario.run.slo,
                    .cost_per_runner_hour = scenario.cost.runner_hour_usd};
  setup.keep_decisions = keep_decisions;
  complete(setup);
  return setup;
}

}  // namespace

core::Result<Workload> open_workload(const Scenario& scenario) {
  if (scenario.trace.path.empty()) {
    return make_synthetic(scenario.synthetic, scenario.run.seed);
  }
  TraceOptions options = scenario.trace_options;
  options.seed = scenario.run.seed;
  const core::Result<core::ByteSourcePtr> tenants = open_tenant_file(options.tenant);
  if (!tenants) {
    return core::fail(tenants.error().code, tenants.error().message);
  }
  core::Result<TraceReaderPtr> reader = open_trace_source(scenario.trace, options);
  if (reader) {
    reader = with_whole_head(std::move(*reader));
  }
  if (!reader) {
    return core::fail(reader.error().code, reader.error().message);
  }
  return open_trace(std::move(*reader), options, tenants->get());
}

std::vector<std::unique_ptr<GroupWorld>> make_worlds(const Scenario& scenario,
                                                     Workload& workload,
                                                     bool keep_decisions) {
  const core::Rng rng(scenario.run.seed);
  std::vector<std::unique_ptr<GroupWorld>> worlds;
  for (GroupWorkload& group : workload.groups) {
    group.handle.value = static_cast<std::uint32_t>(worlds.size());
    const GroupSetup setup = setup_of(scenario, group.name, keep_decisions);
    worlds.push_back(std::make_unique<GroupWorld>(setup, std::move(group), rng));
  }
  return worlds;
}

}  // namespace fn::sim
