// SPDX-License-Identifier: Apache-2.0
//
// Goal: a scenario is what its sources say in their order of precedence, every knob of it knows who
// set it, and what makes no sense is refused in one line with the place.

#include "sim/scenario/scenario.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/toml.h"
#include "sim/scenario/presets.h"

namespace fn::tests {

namespace {

using namespace std::chrono_literals;

using sim::Scenario;
using sim::ScenarioSources;

core::Result<Scenario> scenario_from(std::string_view toml) {
  const auto settings = core::parse_toml(toml, "w.toml");
  EXPECT_TRUE(settings) << settings.error().message;
  return sim::make_scenario(settings.value_or(std::vector<core::Setting>()));
}

Scenario made(std::string_view toml) {
  core::Result<Scenario> scenario = scenario_from(toml);
  EXPECT_TRUE(scenario) << scenario.error().message;
  return scenario ? *std::move(scenario) : Scenario();
}

std::string refusal(std::string_view toml) {
  const core::Result<Scenario> scenario = scenario_from(toml);
  EXPECT_FALSE(scenario) << toml;
  return scenario ? "" : scenario.error().message;
}

const core::ConfigRow* row_of(const Scenario& scenario, std::string_view key) {
  const auto found = std::find_if(scenario.rows.begin(),
                                  scenario.rows.end(),
                                  [key](const core::ConfigRow& row) { return row.key == key; });
  return found != scenario.rows.end() ? &*found : nullptr;
}

std::string origin_of(const Scenario& scenario, std::string_view key) {
  const core::ConfigRow* row = row_of(scenario, key);
  return row != nullptr ? row->origin : "no such row";
}

// A file in the folder for temporary files that goes with the test.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& text)
      : path_(testing::TempDir() + "/" + name) {
    std::ofstream(path_) << text;
  }

  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  ~TemporaryFile() { std::remove(path_.c_str()); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Scenario, NothingSetIsTheDefaultsOfTheStructs) {
  const Scenario scenario = made("");
  EXPECT_EQ(scenario.lb.placer, core::LbConfig().placer);
  EXPECT_EQ(scenario.runner.memory, core::RunnerConfig().memory);
  EXPECT_EQ(scenario.npm.scaler, "steady");
  EXPECT_EQ(scenario.provider.boot.median, 60s);
  EXPECT_EQ(scenario.provider.boot.p99, 120s);
  EXPECT_EQ(scenario.run.slo, 500ms);
  EXPECT_FALSE(scenario.has_workload());
  for (const core::ConfigRow& row : scenario.rows) {
    const bool derived = row.key.starts_with("npm.planned_");
    const std::string origin = row.used ? "default" : "unused by steady";
    EXPECT_TRUE(derived || (row.origin == origin && row.value == row.fallback)) << row.key;
  }
}

TEST(Scenario, EachSectionReachesItsStruct) {
  const Scenario scenario = made(R"(
run.seed = 9
nodes.lbs = 3
lb.placer = "p2c"
lb.health.enabled = false
runner.memory_mib = 8192
npm.scaler = "kpa"
npm.max_runners = 17
provider.kind = "fn-stub"
network.one_way_us = 250.5
container.init_median_ms = 10
callers.patience_s = 30
cost.runner_hour_usd = 0.25
workload.spread = "midpoint"
workload.tie = "row"
)");
  EXPECT_EQ(scenario.run.seed, 9U);
  EXPECT_EQ(scenario.trace_options.seed, 9U);
  EXPECT_EQ(scenario.nodes.lb_count, 3U);
  EXPECT_EQ(scenario.lb.placer, "p2c");
  EXPECT_FALSE(scenario.lb.health.enabled);
  EXPECT_EQ(scenario.runner.memory.value, 8192);
  EXPECT_EQ(scenario.npm.scaler, "kpa");
  EXPECT_EQ(scenario.npm.scaling.limits.max_runners, 17U);
  EXPECT_EQ(scenario.provider.kind, sim::ProviderKind::kFnStub);
  EXPECT_EQ(scenario.network.one_way, 250'500ns);
  EXPECT_EQ(scenario.container.init.median, 10ms);
  EXPECT_EQ(scenario.callers.patience, 30s);
  EXPECT_EQ(scenario.cost.runner_hour_usd, 0.25);
  EXPECT_EQ(scenario.trace_options.spread, sim::Spread::kMidpoint);
  EXPECT_EQ(scenario.trace_options.tie, sim::Tie::kRow);
  EXPECT_EQ(origin_of(scenario, "lb.placer"), "w.toml:4");
}

TEST(Scenario, TheSizeOfARunnerToComeIsThatOfTheRunnerUnlessItIsSet) {
  const Scenario derived = made("runner.memory_mib = 8192\n");
  EXPECT_EQ(derived.npm.scaling.planned_memory_mib, 8192U);
  EXPECT_EQ(origin_of(derived, "npm.planned_memory_mib"), "runner.memory_mib");
  const Scenario set = made("runner.memory_mib = 8192\nnpm.planned_memory_mib = 1024\n");
  EXPECT_EQ(set.npm.scaling.planned_memory_mib, 1024U);
}

TEST(Scenario, AWorkloadWithoutATraceIsListsOfGroupsAndFunctions) {
  const Scenario scenario = made(R"(
[workload]
duration_s = 600
[[workload.groups]]
name = "alpha"
[[workload.groups.functions]]
name = "a"
rate_per_s = 2.5
memory_mib = [64, 256]
[[workload.groups.functions]]
name = "b"
arrivals = "sine"
memory_mib = 512
[[workload.groups]]
name = "beta"
[[workload.groups.functions]]
durations = "lognormal"
duration_median_s = 0.25
)");
  ASSERT_TRUE(scenario.has_workload());
  EXPECT_EQ(scenario.synthetic.duration, 10min);
  ASSERT_EQ(scenario.synthetic.groups.size(), 2U);
  const sim::SyntheticGroup& alpha = scenario.synthetic.groups[0];
  ASSERT_EQ(alpha.families.size(), 2U);
  EXPECT_EQ(alpha.name, "alpha");
  EXPECT_EQ(alpha.families[0].arrivals.rate_per_s, 2.5);
  ASSERT_EQ(alpha.families[0].memory.choices.size(), 2U);
  EXPECT_EQ(alpha.families[0].memory.choices[1].value, 256);
  EXPECT_EQ(alpha.families[1].arrivals.process, sim::ArrivalProcess::kSine);
  ASSERT_EQ(alpha.families[1].memory.choices.size(), 1U);
  EXPECT_EQ(alpha.families[1].memory.choices[0].value, 512);
  EXPECT_EQ(scenario.synthetic.groups[1].families[0].durations.median, 250ms);
  EXPECT_EQ(origin_of(scenario, "workload.groups[0].functions[0].memory_mib[1]"), "w.toml:9");
}

TEST(Scenario, SaysWhichSettingsTheScalerInForceDoesNotUse) {
  const Scenario scenario = made(R"(
npm.scaler = "fn-2018"
npm.min_runners = 5
npm.kpa.tick_s = 4
[groups.alpha.npm]
scaler = "kpa"
min_runners = 5
step_down_runners = 2
)");
  EXPECT_EQ(scenario.warnings,
            (std::vector<std::string>{
                "w.toml:3: npm.min_runners does nothing: the scaler fn-2018 has its own rule",
                "w.toml:8: groups.alpha.npm.step_down_runners does nothing: the scaler kpa has its "
                "own rule"}));
  EXPECT_EQ(origin_of(scenario, "npm.min_runners"), "w.toml:3, unused by fn-2018");
  EXPECT_FALSE(row_of(scenario, "npm.drain_deadline_s")->used);
  EXPECT_TRUE(row_of(scenario, "npm.scaler")->used);
  EXPECT_TRUE(row_of(scenario, "groups.alpha.npm.min_runners")->used);
}

TEST(Scenario, AGroupDiffersFromTheNodePoolManagersSettingsOnlyWhereItSaysSo) {
  const Scenario scenario = made(R"(
npm.max_runners = 50
npm.min_runners = 1
[groups.alpha.npm]
min_runners = 5
[groups."b.c".npm]
scaler = "fixed"
)");
  EXPECT_EQ(scenario.npm_of("alpha").scaling.limits.min_runners, 5U);
  EXPECT_EQ(scenario.npm_of("alpha").scaling.limits.max_runners, 50U);
  EXPECT_EQ(scenario.npm_of("b.c").scaler, "fixed");
  EXPECT_EQ(scenario.npm_of("else").scaling.limits.min_runners, 1U);
  EXPECT_EQ(origin_of(scenario, "groups.alpha.npm.min_runners"), "w.toml:5");
  EXPECT_EQ(origin_of(scenario, "groups.\"b.c\".npm.scaler"), "w.toml:7");
  EXPECT_EQ(row_of(scenario, "groups.alpha.npm.max_runners"), nullptr);
}

TEST(Scenario, BoundsMayBeAListOrATable) {
  const Scenario scenario = made(R"(
[expect]
bounds = ["refused<=0", "cold<1%"]
wait.p99 = "<200ms"
[expect.groups.alpha]
direction_changes = "<=6"
bounds = ["within_slo>=99%"]
)");
  std::vector<std::string> found;
  for (const sim::Bound& bound : scenario.expect) {
    found.push_back(bound.group + "/" + bound.text + "@" + bound.place);
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found,
            (std::vector<std::string>{"/cold<1%@w.toml:3",
                                      "/refused<=0@w.toml:3",
                                      "/wait.p99<200ms@w.toml:4",
                                      "alpha/direction_changes<=6@w.toml:6",
                                      "alpha/within_slo>=99%@w.toml:7"}));
}

TEST(Scenario, WhatMakesNoSenseIsRefusedWithItsPlace) {
  EXPECT_EQ(refusal("\nrunner.memory_mb = 5\n"),
            "w.toml:2: unknown key \"runner.memory_mb\"; did you mean \"runner.memory_mib\"?");
  EXPECT_EQ(refusal("groups.a.npm.min_runner = 5\n"),
            "w.toml:1: unknown key \"groups.a.npm.min_runner\"; did you mean "
            "\"groups.a.npm.min_runners\"?");
  EXPECT_TRUE(refusal("nodes.lbs = 0\n").starts_with("w.toml:1: nodes.lbs = 0: expected"));
  EXPECT_EQ(refusal("provider.boot_p99_s = 30\n"),
            "w.toml:1: provider.boot_p99_s = 30s: expected at least provider.boot_median_s, which "
            "is 1m");
  EXPECT_EQ(refusal("npm.min_runners = 5\nnpm.max_runners = 3\n"),
            "w.toml:1: npm.min_runners: expected 0 to 3, got 5");
  EXPECT_TRUE(made("[expect]\n\"wait.p99\" = \"<1s\"\n").expect.size() == 1);
  EXPECT_TRUE(refusal("expect.wait.p99 = 5\n").starts_with("w.toml:1: expect.wait.p99: expected"));
  EXPECT_TRUE(made("[expect]\n\"wait.p99\" = \"<1s\"\n").expect.size() == 1);
  EXPECT_TRUE(refusal("expect.wait.p9 = \"<5\"\n").starts_with("w.toml:1: bound"));
  EXPECT_TRUE(refusal("[[workload.groups]]\nname = \"x\"\n").starts_with("workload"));
  EXPECT_EQ(refusal("workload.trace = \"t\"\nworkload.duration_s = 5\n"
                    "[[workload.groups]]\n[[workload.groups.functions]]\nname = \"f\"\n"),
            "w.toml:1: a trace and [[workload.groups]] exclude each other; leave one of them out");
}

TEST(Scenario, AnAbsurdIndexAllocatesNothing) {
  const core::Result<Scenario> scenario = sim::make_scenario(
      std::vector<core::Setting>{{"workload.groups[4000000000].name", std::string("x"), "--set"}});
  ASSERT_FALSE(scenario);
  EXPECT_EQ(scenario.error().message,
            "--set: workload.groups: expected at most 1000 elements; functions that are alike are "
            "one with a `count`");
}

TEST(Scenario, EveryRowHasAKeyOfItsOwn) {
  const Scenario scenario = made(R"(
expect.bounds = ["wait.p99<200ms", "wait.p99>1ms"]
expect.wait.p99 = "<150ms"
expect.groups.a.wait.p99 = "<150ms"
groups.a.npm.min_runners = 1
)");
  std::set<std::string> keys;
  for (const core::ConfigRow& row : scenario.rows) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
  }
  EXPECT_TRUE(keys.contains("expect.bounds[1]"));
  EXPECT_TRUE(keys.contains("expect.groups.a.wait.p99"));
}

TEST(LoadScenario, ThePolicyGoesOverTheScenarioAndTheCommandLineOverBoth) {
  const TemporaryFile scenario("scenario_test_world.toml",
                               "lb.placer = \"ch\"\nnpm.lease_s = 7\nnodes.lbs = 5\n");
  const TemporaryFile policy("scenario_test_policy.toml", "lb.placer = \"p2c\"\nnpm.lease_s = 8\n");
  const core::Result<Scenario> loaded =
      sim::load_scenario(ScenarioSources{.scenario = scenario.path(),
                                         .policy = policy.path(),
                                         .settings = {{"npm.lease_s", std::int64_t{9}, "--set"}}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->nodes.lb_count, 5U);
  EXPECT_EQ(loaded->lb.placer, "p2c");
  EXPECT_EQ(loaded->npm.merging.lease, 9s);
  EXPECT_EQ(origin_of(*loaded, "nodes.lbs"), scenario.path() + ":3");
  EXPECT_EQ(origin_of(*loaded, "lb.placer"), policy.path() + ":1");
  EXPECT_EQ(origin_of(*loaded, "npm.lease_s"), "--set");
  EXPECT_EQ(origin_of(*loaded, "npm.min_runners"), "default");
}

TEST(LoadScenario, PathsInAFileStartAtItsFolder) {
  const TemporaryFile scenario("scenario_test_paths.toml",
                               "workload.trace = \"inv=a.csv,run=/b.csv,mem=c.csv\"\n"
                               "workload.tenant = \"groups.csv\"\n");
  const core::Result<Scenario> loaded = sim::load_scenario(
      ScenarioSources{.scenario = scenario.path(), .policy = "", .settings = {}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const std::string folder = scenario.path().substr(0, scenario.path().rfind('/'));
  EXPECT_EQ(loaded->trace.path, "inv=" + folder + "/a.csv,run=/b.csv,mem=" + folder + "/c.csv");
  EXPECT_EQ(loaded->trace_options.tenant, folder + "/groups.csv");
  const TemporaryFile by_rule("scenario_test_rule.toml", "workload.tenant = \"owner:6\"\n");
  EXPECT_EQ(
      sim::load_scenario(ScenarioSources{.scenario = by_rule.path(), .policy = "", .settings = {}})
          ->trace_options.tenant,
      "owner:6");
}

TEST(LoadScenario, EveryShippedPolicyLoads) {
  for (const sim::Preset& preset : sim::presets()) {
    const core::Result<Scenario> loaded = sim::load_scenario(
        ScenarioSources{.scenario = "", .policy = std::string(preset.name), .settings = {}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE(preset.name.starts_with(loaded->npm.scaler)) << preset.name;
    EXPECT_EQ(origin_of(*loaded, "npm.scaler"), "policy " + std::string(preset.name) + ":1");
  }
}

TEST(LoadScenario, AnUnknownPolicyIsRefusedWithTheNamesThereAre) {
  const core::Result<Scenario> loaded =
      sim::load_scenario(ScenarioSources{.scenario = "", .policy = "stedy", .settings = {}});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            "--policy stedy: neither a file nor one of steady, fn-2018, fn-2018-all, kpa, fixed; "
            "did you mean "
            "\"steady\"?");
}

}  // namespace

}  // namespace fn::tests
