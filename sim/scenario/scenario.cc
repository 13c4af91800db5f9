// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/scenario.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <iterator>
#include <utility>

#include "core/config/suggest.h"
#include "core/io/toml.h"
#include "sim/scenario/presets.h"
#include "sim/scenario/scenario_loader.h"
#include "sim/scenario/trace_paths.h"
#include "sim/trace/tenant_rule.h"

namespace fn::sim {

namespace {

using Settings = core::Result<std::vector<core::Setting>>;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

// Paths in a file start at its folder.
void anchor_paths(std::vector<core::Setting>& settings, const std::string& file) {
  for (core::Setting& setting : settings) {
    auto* text = std::get_if<std::string>(&setting.value);
    if (text == nullptr) {
      continue;
    }
    if (setting.key == "workload.trace") {
      *text = anchored_trace(folder_of(file), *text);
    } else if (setting.key == "workload.tenant") {
      const core::Result<TenantRule> rule = parse_tenant_rule(*text);
      const bool is_file = rule && rule->kind == TenantRule::Kind::kFile;
      *text = is_file ? anchored(folder_of(file), *text) : *text;
    }
  }
}

Settings read_file(const std::string& path) {
  Settings settings = core::read_toml(path);
  if (settings) {
    anchor_paths(*settings, path);
  }
  return settings;
}

Settings read_policy(const std::string& policy) {
  if (const Preset* preset = find_preset(policy)) {
    return core::parse_toml(preset->toml, "policy " + std::string(preset->name));
  }
  std::error_code ignored;
  const bool looks_like_file = policy.find('/') != std::string::npos || policy.ends_with(".toml");
  if (!looks_like_file && !std::filesystem::exists(policy, ignored)) {
    return core::fail(core::ErrorCode::kNotFound,
                      "--policy " + policy + ": neither a file nor one of " +
                          core::word_list(preset_names()) +
                          core::did_you_mean(policy, preset_names()));
  }
  return read_file(policy);
}

core::Status append(std::vector<core::Setting>& all, Settings more) {
  if (!more) {
    return tl::unexpected<core::Error>(more.error());
  }
  std::move(more->begin(), more->end(), std::back_inserter(all));
  return {};
}

core::Result<Scenario> load_or_throw(const ScenarioSources& sources) {
  std::vector<core::Setting> all;
  if (!sources.scenario.empty()) {
    if (core::Status status = append(all, read_file(sources.scenario)); !status) {
      return tl::unexpected<core::Error>(status.error());
    }
  }
  if (!sources.policy.empty()) {
    if (core::Status status = append(all, read_policy(sources.policy)); !status) {
      return tl::unexpected<core::Error>(status.error());
    }
  }
  all.insert(all.end(), sources.settings.begin(), sources.settings.end());
  return make_scenario(all);
}

}  // namespace

core::Result<Scenario> make_scenario(std::span<const core::Setting> settings) {
  ScenarioLoader loader;
  if (core::Status status = loader.load(settings); !status) {
    return tl::unexpected<core::Error>(status.error());
  }
  return loader.take();
}

core::Result<Scenario> load_scenario(const ScenarioSources& sources) {
  try {
    return load_or_throw(sources);
  } catch (const std::exception& error) {
    return core::fail(core::ErrorCode::kInternal,
                      std::string("the scenario cannot be read: ") + error.what());
  }
}

}  // namespace fn::sim
