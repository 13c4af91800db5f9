// SPDX-License-Identifier: Apache-2.0
//
// Scenario: everything that a run's result depends on. It comes from settings in order of
// precedence: the defaults of the structs, the scenario file, the policy, the command line.
//
// Sections of the TOML format and the structs they fill:
//
//   [run] [nodes] [lb] [lb.health] [runner] [npm] [provider] [network] [container] [callers] [cost]
//   [workload], [[workload.groups]], [[workload.groups.functions]]
//   [groups.NAME.npm]          what differs from [npm] for one group
//   [expect]                   bounds = ["wait.p99<200ms", ...], or wait.p99 = "<200ms"
//   [expect.groups.NAME]       the same for one group
//
// `fnsim config print` lists every key. A list's element has an index, in --set too:
// workload.groups[0].functions[0].rate_per_s.

#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"
#include "core/config/value.h"
#include "core/lb/lb_config.h"
#include "core/npm/npm_config.h"
#include "core/runner/runner_config.h"
#include "sim/check/expect.h"
#include "sim/scenario/world_config.h"
#include "sim/scenario/world_tables.h"
#include "sim/trace/trace_options.h"
#include "sim/workload/synthetic_config.h"

namespace fn::sim {

struct Scenario {
  RunSettings run;
  NodesConfig nodes;
  core::LbConfig lb;
  core::RunnerConfig runner;
  core::NpmConfig npm;
  ProviderConfig provider;
  NetworkConfig network;
  ContainerConfig container;
  CallerConfig callers;
  CostConfig cost;

  // The calls: a trace when `trace.path` is not empty, else `synthetic` when it has groups.
  TraceInput trace;
  TraceOptions trace_options;
  SyntheticConfig synthetic;

  // Groups whose node pool manager differs from `npm`.
  std::map<std::string, core::NpmConfig> group_npm;

  std::vector<Bound> expect;

  // Every knob and bound, for `config print`; those that are used, for the summary's config{}.
  std::vector<core::ConfigRow> rows;

  // What was set and does nothing, one line each.
  std::vector<std::string> warnings;

  [[nodiscard]] bool has_workload() const {
    return !trace.path.empty() || !synthetic.groups.empty();
  }

  // What the node pool manager of this group is told.
  [[nodiscard]] const core::NpmConfig& npm_of(const std::string& group) const {
    const auto found = group_npm.find(group);
    return found != group_npm.end() ? found->second : npm;
  }
};

// The settings over the defaults; later ones replace earlier ones. Errors are one line that begins
// with the setting's place.
core::Result<Scenario> make_scenario(std::span<const core::Setting> settings);

struct ScenarioSources {
  // TOML file; empty: none. Relative paths in it start at its folder.
  std::string scenario;
  // Name of a shipped policy (presets.h), or TOML file; empty: none.
  std::string policy;
  // From the command line, in its order.
  std::vector<core::Setting> settings;
};

core::Result<Scenario> load_scenario(const ScenarioSources& sources);

}  // namespace fn::sim
