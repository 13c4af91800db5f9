// SPDX-License-Identifier: Apache-2.0
//
// Puts settings into a Scenario: the part of make_scenario() that has state. Used once.

#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"
#include "sim/scenario/list_sizes.h"
#include "sim/scenario/scenario.h"

namespace fn::sim {

// "groups.NAME.npm", the name in quotes where TOML wants them.
std::string group_prefix(const std::string& group);

class ScenarioLoader {
 public:
  core::Status load(std::span<const core::Setting> settings);

  [[nodiscard]] Scenario take() { return std::move(scenario_); }

 private:
  // Sorts the settings by what they are about.
  void sort_out(std::span<const core::Setting> settings);
  core::Status size_lists();
  void add_sections();
  void add_workload();
  void add_function(const std::string& prefix, FunctionFamily& family);

  core::Status set_all(std::span<const core::Setting> settings);
  // What follows from other knobs unless it is set.
  core::Status derive();
  core::Status set_groups();
  core::Status set_bounds();
  core::Status check() const;
  core::Status check_quantiles(const std::string& median_key,
                               const std::string& p99_key,
                               const Delay& delay) const;
  void finish_rows();
  void warn_of_slow_network();
  void mark_without_trace(core::ConfigRow& row);
  void mark_unused(std::string_view prefix, const std::string& scaler, core::ConfigRow& row);

  Scenario scenario_;
  core::Config config_;
  // One per group with settings of its own, in name order.
  std::map<std::string, core::Config> group_configs_;
  std::vector<core::Setting> base_;
  std::vector<core::Setting> bounds_;
  std::vector<core::ConfigRow> bound_rows_;
  ListSizes list_sizes_;
  std::map<std::string, std::vector<core::Setting>> groups_;
};

}  // namespace fn::sim
