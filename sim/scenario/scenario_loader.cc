// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/scenario_loader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/config/tables.h"
#include "sim/scenario/workload_tables.h"
#include "sim/workload/synthetic_check.h"

namespace fn::sim {

namespace {

using core::ErrorCode;
using core::fail;
using core::Setting;
using core::Status;

// So much is described one by one at most: many functions that are alike are one with a count.
constexpr std::size_t kMostFamilies = 4'000;

constexpr std::string_view kGroups = "groups.";
constexpr std::string_view kExpect = "expect.";

// Takes the first part, bare or in quotes, and its dot off a dotted key.
std::string take_part(std::string_view& key) {
  std::string part;
  if (key.starts_with('"')) {
    const std::size_t end = std::min(key.find('"', 1), key.size());
    part = key.substr(1, end - 1);
    key.remove_prefix(std::min(end + 1, key.size()));
  } else {
    part = key.substr(0, key.find('.'));
    key.remove_prefix(part.size());
  }
  if (key.starts_with('.')) {
    key.remove_prefix(1);
  }
  return part;
}

// `message` begins with a knob's key: puts before it where that was set, if anybody did.
Status placed(const core::Config& config, const std::string& message) {
  const std::string_view origin = config.origin(message.substr(0, message.find(':')));
  const bool set = !origin.empty() && origin != core::kDefaultOrigin;
  return fail(ErrorCode::kInvalidArgument, (set ? std::string(origin) + ": " : "") + message);
}

// What single ranges cannot say, such as min above max.
Status check_npm(const core::Config& config,
                 const std::string& section,
                 const core::NpmConfig& npm) {
  const Status status = core::check(npm);
  return status ? status : placed(config, section + "." + status.error().message);
}

}  // namespace

std::string group_prefix(const std::string& group) {
  const bool bare = std::all_of(group.begin(), group.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
  });
  const bool plain = bare && !group.empty();
  return std::string(kGroups) + (plain ? group : "\"" + group + "\"") + ".npm";
}

Status ScenarioLoader::load(std::span<const Setting> settings) {
  sort_out(settings);
  Status status = size_lists();
  if (!status) {
    return status;
  }
  add_sections();
  add_workload();
  status = set_all(base_);
  if (status) {
    status = derive();
  }
  if (status) {
    status = set_groups();
  }
  if (status) {
    status = set_bounds();
  }
  if (status) {
    status = check();
  }
  if (!status) {
    return status;
  }
  scenario_.trace_options.seed = scenario_.run.seed;
  finish_rows();
  return {};
}

void ScenarioLoader::sort_out(std::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    std::string_view key = setting.key;
    if (key.starts_with(kGroups)) {
      key.remove_prefix(kGroups.size());
      groups_[take_part(key)].push_back(setting);
    } else if (key.starts_with(kExpect)) {
      bounds_.push_back(setting);
    } else {
      base_.push_back(setting);
    }
  }
}

Status ScenarioLoader::size_lists() {
  for (const Setting& setting : base_) {
    if (Status status = list_sizes_.note(setting); !status) {
      return status;
    }
  }
  const std::string groups = "workload.groups";
  scenario_.synthetic.groups.resize(list_sizes_.of(groups));
  std::size_t families = 0;
  for (std::size_t index = 0; index < scenario_.synthetic.groups.size(); ++index) {
    const std::size_t size = list_sizes_.of(groups + "[" + std::to_string(index) + "].functions");
    scenario_.synthetic.groups[index].families.resize(size);
    families += size;
  }
  if (families > kMostFamilies) {
    return fail(ErrorCode::kInvalidArgument,
                "workload: expected at most 4000 [[workload.groups.functions]]; those that are "
                "alike are one with a `count`");
  }
  return {};
}

void ScenarioLoader::add_sections() {
  config_.add("run", run_fields(), scenario_.run);
  config_.add("nodes", nodes_fields(), scenario_.nodes);
  config_.add("lb", core::lb_fields(), scenario_.lb);
  config_.add("runner", core::runner_fields(), scenario_.runner);
  config_.add("npm", core::npm_fields(), scenario_.npm);
  config_.add("provider", provider_fields(), scenario_.provider);
  config_.add("network", network_fields(), scenario_.network);
  config_.add("container", container_fields(), scenario_.container);
  config_.add("callers", caller_fields(), scenario_.callers);
  config_.add("cost", cost_fields(), scenario_.cost);
}

void ScenarioLoader::add_workload() {
  config_.add("workload", trace_input_fields(), scenario_.trace);
  config_.add("workload", trace_fields(), scenario_.trace_options);
  config_.add("workload", synthetic_fields(), scenario_.synthetic);
  for (std::size_t index = 0; index < scenario_.synthetic.groups.size(); ++index) {
    SyntheticGroup& group = scenario_.synthetic.groups[index];
    const std::string prefix = "workload.groups[" + std::to_string(index) + "]";
    config_.add(prefix, group_fields(), group);
    for (std::size_t number = 0; number < group.families.size(); ++number) {
      add_function(prefix + ".functions[" + std::to_string(number) + "]", group.families[number]);
    }
  }
}

void ScenarioLoader::add_function(const std::string& prefix, FunctionFamily& family) {
  config_.add(prefix, function_fields(), family);
  const std::string key = prefix + ".memory_mib";
  const std::size_t choices = list_sizes_.of(key);
  if (choices == 0) {
    config_.add(key, memory_choice_fields(), family.memory.choices.front());
    return;
  }
  family.memory.choices.resize(choices, family.memory.choices.front());
  for (std::size_t index = 0; index < choices; ++index) {
    config_.add(key + "[" + std::to_string(index) + "]",
                memory_choice_fields(),
                family.memory.choices[index]);
  }
}

Status ScenarioLoader::set_all(std::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    if (Status status = config_.set(setting); !status) {
      return status;
    }
  }
  return {};
}

Status ScenarioLoader::derive() {
  const std::vector<Setting> derived = {
      {"npm.planned_memory_mib", scenario_.runner.memory.value, "runner.memory_mib"},
      {"npm.planned_cpu_milli", scenario_.runner.cpu.value, "runner.cpu_milli"},
  };
  for (const Setting& setting : derived) {
    if (config_.origin(setting.key) != core::kDefaultOrigin) {
      continue;
    }
    if (Status status = config_.set(setting); !status) {
      return status;
    }
  }
  return {};
}

Status ScenarioLoader::set_groups() {
  for (const auto& [name, settings] : groups_) {
    core::NpmConfig& npm = scenario_.group_npm.emplace(name, scenario_.npm).first->second;
    core::Config& config = group_configs_[name];
    config.add(group_prefix(name), core::npm_fields(), npm);
    for (const Setting& setting : settings) {
      if (Status status = config.set(setting); !status) {
        return status;
      }
    }
  }
  return {};
}

Status ScenarioLoader::set_bounds() {
  // A later setting of a key replaces the earlier one.
  std::map<std::string, Bound> bounds;
  for (const Setting& setting : bounds_) {
    const auto* text = std::get_if<std::string>(&setting.value);
    if (text == nullptr) {
      return fail(ErrorCode::kInvalidArgument,
                  setting.place + ": " + setting.key +
                      ": expected a bound as text, such as \"<200ms\" or \">=99.9%\"");
    }
    std::string_view key = std::string_view(setting.key).substr(kExpect.size());
    std::string group;
    if (key.starts_with(kGroups)) {
      key.remove_prefix(kGroups.size());
      group = take_part(key);
    }
    const bool in_list = key.starts_with("bounds[");
    const std::string name = key.starts_with('"') ? take_part(key) : std::string(key);
    const std::string bound = in_list ? *text : name + *text;
    core::Result<Bound> parsed = parse_bound(bound, group, setting.place);
    if (!parsed) {
      return tl::unexpected<core::Error>(parsed.error());
    }
    bounds[setting.key] = std::move(*parsed);
  }
  for (auto& [key, bound] : bounds) {
    bound_rows_.push_back(core::ConfigRow{.key = key,
                                          .value = bound.text,
                                          .fallback = std::string(),
                                          .unit = {},
                                          .sentence = "A bound that --check enforces.",
                                          .allowed = "a bound",
                                          .origin = bound.place});
    scenario_.expect.push_back(std::move(bound));
  }
  return {};
}

Status ScenarioLoader::check_quantiles(const std::string& median_key,
                                       const std::string& p99_key,
                                       const Delay& delay) const {
  if (delay.p99 >= delay.median) {
    return {};
  }
  const std::string p99_origin(config_.origin(p99_key));
  const bool p99_set = p99_origin != core::kDefaultOrigin;
  const std::string place = p99_set ? p99_origin : std::string(config_.origin(median_key));
  return fail(ErrorCode::kInvalidArgument,
              place + ": " + p99_key + " = " + core::duration_text(delay.p99) +
                  ": expected at least " + median_key + ", which is " +
                  core::duration_text(delay.median));
}

Status ScenarioLoader::check() const {
  struct Quantiles {
    const char* keys;
    const char* unit;
    const Delay& delay;
  };

  const Quantiles all[] = {
      {"provider.boot", "_s", scenario_.provider.boot},
      {"container.pull", "_ms", scenario_.container.pull},
      {"container.create", "_ms", scenario_.container.create},
      {"container.init", "_ms", scenario_.container.init},
  };
  for (const Quantiles& each : all) {
    const std::string keys = each.keys;
    Status status =
        check_quantiles(keys + "_median" + each.unit, keys + "_p99" + each.unit, each.delay);
    if (!status) {
      return status;
    }
  }
  if (Status status = check_npm(config_, "npm", scenario_.npm); !status) {
    return status;
  }
  for (const auto& [group, npm] : scenario_.group_npm) {
    if (Status status = check_npm(group_configs_.at(group), group_prefix(group), npm); !status) {
      return status;
    }
  }
  if (scenario_.synthetic.groups.empty()) {
    return {};
  }
  if (!scenario_.trace.path.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                std::string(config_.origin("workload.trace")) +
                    ": a trace and [[workload.groups]] exclude each other; leave one of them out");
  }
  const Status workload = check_synthetic(scenario_.synthetic);
  return workload ? workload : placed(config_, workload.error().message);
}

}  // namespace fn::sim
