// SPDX-License-Identifier: Apache-2.0
//
// The settings of groups, from a TOML file:
//
//   quota_runners = 100        # of all groups together
//   undeclared_groups = 1000   # that are not named here, each with the defaults
//   [defaults]                 # keys of fnsim's `npm.`, without that prefix
//   last_runner_hold_s = 600
//   [groups.my-app-pool]       # the defaults, but
//   min_runners = 1
//   apps = ["myapp"]           # only these may use the group
//
// Errors are one line with file, line and what was expected.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/value.h"
#include "core/npm/npm_config.h"

namespace fn::services {

struct GroupSettings {
  core::NpmConfig npm;
  // Names of the only apps that may use the group; none: all may.
  std::vector<std::string> apps;
};

struct AllGroupSettings {
  std::uint32_t quota_runners = 100;
  std::uint32_t undeclared_groups = 1'000;
  GroupSettings defaults;
  std::map<std::string, GroupSettings> groups;

  [[nodiscard]] const GroupSettings& of(const std::string& group) const;

  [[nodiscard]] bool declares(const std::string& group) const { return groups.contains(group); }

  // The longest lease of any group's claims.
  [[nodiscard]] core::Duration longest_lease() const;
};

core::Result<AllGroupSettings> group_settings(const std::vector<core::Setting>& settings);

// An empty path: nothing is set.
core::Result<AllGroupSettings> read_group_settings(const std::string& path);

}  // namespace fn::services
