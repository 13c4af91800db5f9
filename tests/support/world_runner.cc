// SPDX-License-Identifier: Apache-2.0

#include "tests/support/world_runner.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

#include "core/io/toml.h"
#include "sim/cli/worlds.h"

namespace fn::tests {

namespace {

class NoProgress : public sim::ProgressSink {
 public:
  void update(const sim::Progress& /*progress*/) override {}
};

template <typename T>
T value_or_throw(core::Result<T> result) {
  if (!result) {
    throw std::runtime_error(result.error().message);
  }
  return std::move(*result);
}

core::Setting setting_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw std::runtime_error(text + ": expected KEY=VALUE");
  }
  return {text.substr(0, equals), core::parse_value(text.substr(equals + 1)), "--set"};
}

std::vector<core::Setting> settings_of(const WorldSource& source) {
  std::vector<core::Setting> settings = value_or_throw(core::parse_toml(source.toml, "test"));
  for (const std::string& text : source.settings) {
    settings.push_back(setting_of(text));
  }
  return settings;
}

}  // namespace

const std::string kNoDelays = R"(
network.one_way_us = 0
network.control_one_way_us = 0
container.pull_median_ms = 0
container.pull_p99_ms = 0
container.create_median_ms = 0
container.create_p99_ms = 0
container.init_median_ms = 0
container.init_p99_ms = 0
)";

std::string source_root() {
  const char* root = std::getenv("FN_SOURCE_ROOT");  // NOLINT(concurrency-mt-unsafe)
  return root != nullptr ? root : ".";
}

std::string recorded_traces() {
  const char* named = std::getenv("FN_TRACES");  // NOLINT(concurrency-mt-unsafe)
  const std::string folder = named != nullptr ? named : source_root() + "/../shared/traces";
  return std::filesystem::is_directory(folder) ? folder : "";
}

std::string scratch_folder() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(test->test_suite_name()) + "." + test->name();
  std::replace(name.begin(), name.end(), '/', '-');
  std::string folder = testing::TempDir() + "fnsim-" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

sim::Scenario load_world(const WorldSource& source) {
  sim::ScenarioSources sources;
  sources.scenario = source.scenario.empty() ? "" : source_root() + "/" + source.scenario;
  sources.policy = source.policy;
  sources.settings = settings_of(source);
  return value_or_throw(sim::load_scenario(sources));
}

std::string repeat_command(const WorldSource& source) {
  std::string command = "fnsim run";
  if (!source.scenario.empty()) {
    command += " --scenario " + source.scenario;
  }
  if (!source.policy.empty()) {
    command += " --policy " + source.policy;
  }
  for (const core::Setting& setting : settings_of(source)) {
    command += " --set '" + setting.key + "=" + core::to_text(setting.value) + "'";
  }
  return command;
}

WorldRun::WorldRun(sim::RunResult result, std::string repeat)
    : result_(std::move(result)),
      summary_(nlohmann::json::parse(result_.json)),
      repeat_(std::move(repeat)) {}

double WorldRun::of(std::string_view group, std::string_view field) const {
  return result_.lookup(group, field).value_or(std::numeric_limits<double>::quiet_NaN());
}

nlohmann::json WorldRun::record() const {
  nlohmann::json record = summary_;
  for (const char* field : {"command", "wall_s", "cpu_s", "calls_per_cpu_s", "peak_rss_mib"}) {
    record.erase(field);
  }
  return record;
}

nlohmann::json WorldRun::group(std::string_view name) const {
  for (const nlohmann::json& group : summary_.at("groups")) {
    if (group.at("group") == name) {
      return group;
    }
  }
  throw std::runtime_error("no group " + std::string(name));
}

WorldRun run_world(const WorldSource& source,
                   std::uint32_t threads,
                   const std::string& out_folder) {
  const std::string repeat = repeat_command(source);
  const sim::RunOptions options{
      .command = repeat, .threads = threads, .out_folder = out_folder, .coloured = false};
  NoProgress progress;
  return {value_or_throw(sim::run_scenario(load_world(source), options, progress)), repeat};
}

std::vector<std::unique_ptr<sim::GroupWorld>> open_worlds(const sim::Scenario& scenario) {
  sim::Workload workload = value_or_throw(sim::open_workload(scenario));
  return sim::make_worlds(scenario, workload, true);
}

void run_minutes(std::vector<std::unique_ptr<sim::GroupWorld>>& worlds,
                 const MinuteOfWorld& minute) {
  core::Instant last_arrival = core::Instant::min();
  const auto running = [](const auto& world) {
    return !world->finished();
  };
  for (core::Instant begin{}; std::any_of(worlds.begin(), worlds.end(), running);
       begin += sim::kMinute) {
    for (const auto& world : worlds) {
      last_arrival = std::max(last_arrival, world->fill(begin + sim::kMinute));
    }
    for (const auto& world : worlds) {
      minute(*world, begin, last_arrival);
      world->decisions().clear();
    }
  }
}

}  // namespace fn::tests
