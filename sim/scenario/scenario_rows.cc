// SPDX-License-Identifier: Apache-2.0
//
// The last part of loading a scenario: its settings as rows, and what of them does nothing.

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "core/config/tables.h"
#include "core/config/unit.h"
#include "sim/scenario/scenario_loader.h"
#include "sim/scenario/world_tables.h"

namespace fn::sim {

void ScenarioLoader::warn_of_slow_network() {
  const core::HealthConfig& health = scenario_.lb.health;
  const core::Duration longest = health.silence + health.answer_timeout;
  if (health.enabled && 2 * scenario_.network.one_way >= longest) {
    scenario_.warnings.push_back(
        std::string(config_.origin("network.one_way_us")) + ": an answer takes longer than the " +
        core::duration_text(longest) +
        " of lb.health.silence_ms and lb.health.answer_timeout_ms: every runner seems silent");
  }
}

// What is said about a trace does nothing where there is none.
void ScenarioLoader::mark_without_trace(core::ConfigRow& row) {
  const auto about_trace = [&row](const core::Field<TraceOptions>& field) {
    return row.key == "workload." + std::string(field.info.key);
  };
  const auto fields = trace_fields();
  if (row.origin != core::kDefaultOrigin &&
      std::any_of(fields.begin(), fields.end(), about_trace)) {
    scenario_.warnings.push_back(row.origin + ": " + row.key + " does nothing without a trace");
    row.used = false;
  }
}

void ScenarioLoader::finish_rows() {
  warn_of_slow_network();
  for (core::ConfigRow& row : config_.rows()) {
    mark_unused("npm.", scenario_.npm.scaler, row);
    if (scenario_.trace.path.empty() && !scenario_.synthetic.groups.empty()) {
      mark_without_trace(row);
    }
    scenario_.rows.push_back(std::move(row));
  }
  for (const auto& [name, config] : group_configs_) {
    for (core::ConfigRow& row : config.rows()) {
      // A group has only what differs.
      if (row.origin != core::kDefaultOrigin) {
        mark_unused(group_prefix(name) + ".", scenario_.npm_of(name).scaler, row);
        scenario_.rows.push_back(std::move(row));
      }
    }
  }
  std::move(bound_rows_.begin(), bound_rows_.end(), std::back_inserter(scenario_.rows));
}

// A knob that the scaler does not look at says so, and warns where somebody set it; not where it
// is another scaler's own, which files that are run under several policies may hold.
void ScenarioLoader::mark_unused(std::string_view prefix,
                                 const std::string& scaler,
                                 core::ConfigRow& row) {
  if (!row.key.starts_with(prefix)) {
    return;
  }
  const std::string_view key = std::string_view(row.key).substr(prefix.size());
  if (core::is_used(scaler, key)) {
    return;
  }
  row.used = false;
  const bool set = row.origin != core::kDefaultOrigin;
  const bool own = key.starts_with("steady.") || key.starts_with("kpa.") || key == "fixed_runners";
  if (set && !own) {
    scenario_.warnings.push_back(row.origin + ": " + row.key + " does nothing: the scaler " +
                                 scaler + " has its own rule");
  }
  row.origin = (set ? row.origin + ", " : std::string()) + "unused by " + scaler;
}

}  // namespace fn::sim
