// SPDX-License-Identifier: Apache-2.0
//
// Goal: summary.json and groups.csv have exactly the form that sim/README.md promises, byte for
// byte, and a summary that is read back is the one that was written; whatever else is given to the
// reader, it answers with one clear line.

#include "sim/report/summary.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/check/expect.h"
#include "sim/report/figures.h"
#include "sim/report/summary_reader.h"
#include "tests/sim/report/example_run.h"

namespace fn::tests {
namespace {

constexpr std::string_view kGolden = R"({
  "schema": "fnsim.summary/1",
  "version": "0.1.0",
  "command": "fnsim run --seed 18446744073709551615",
  "seed": "18446744073709551615",
  "digest": "0000000000000abc",
  "trace": {"path": ["inv.csv", "run.csv"], "sha256": "00ff", "calls": 4},
  "config": {
    "lb.placer": "chbl",
    "npm.target_percent": 70.0,
    "runner.memory_mib": 4096,
    "runner.frozen": true
  },
  "assumptions": ["CPU contention is not modelled"],
  "simulated_s": 86400.500000,
  "wall_s": 1.250,
  "cpu_s": 1.000,
  "calls_per_cpu_s": 4.000,
  "peak_rss_mib": 17.500,
  "total": {
    "calls": 4,
    "completed": 3,
    "cold": 1,
    "warm": 2,
    "refused": 1,
    "timed_out": 0,
    "failed": 0,
    "retries": 5,
    "overtakes": 0,
    "within_slo": 0.500000,
    "wait_ms": {"mean": 100.250, "p50": 1.000, "p90": 250.000, "p99": 300.000, "p99_9": 300.500},
    "latency_ms": {"mean": 20.000, "p50": 15.000, "p90": 30.000, "p99": 30.000, "p99_9": 30.000},
    "cold_overhead_s": 0.333333,
    "runner_hours": 12.500000,
    "cost": 2.500000,
    "idle_gib_hours": 0.125000,
    "scale_ups": 7,
    "scale_downs": 6,
    "direction_changes": 3,
    "drains_cut": 1,
    "containers_mean": 1.500,
    "containers_peak": 3,
    "runners_mean": 0.667,
    "runners_peak": 2,
    "runner_hours_idle": 7.500000,
    "cost_idle": 1.500000
  },
  "groups": [
    {
      "group": "sleeper",
      "calls": 0,
      "completed": 0,
      "cold": 0,
      "warm": 0,
      "refused": 0,
      "timed_out": 0,
      "failed": 0,
      "retries": 0,
      "overtakes": 0,
      "within_slo": null,
      "wait_ms": null,
      "latency_ms": null,
      "cold_overhead_s": 0.000000,
      "runner_hours": 0.000000,
      "cost": 0.000000,
      "idle_gib_hours": 0.000000,
      "scale_ups": 0,
      "scale_downs": 0,
      "direction_changes": 0,
      "drains_cut": 0,
      "containers_mean": null,
      "containers_peak": null,
      "runners_mean": null,
      "runners_peak": null,
      "runner_hours_idle": null,
      "cost_idle": null
    }
  ]
}
)";

std::string fault_of(const std::string& text) {
  const auto run = sim::parse_summary(text, "old.json");
  return run ? "" : run.error().message;
}

std::string with(std::string_view from, std::string_view to) {
  std::string text = sim::to_json(example_run());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Summary, HasTheGoldenForm) {
  sim::RunSummary run = example_run();
  run.groups.erase(run.groups.begin());
  EXPECT_EQ(sim::to_json(run), kGolden);
}

TEST(Summary, IsJsonWhateverTheNamesAndValuesAre) {
  sim::RunSummary run = example_run();
  run.command = "quote \" backslash \\ line\nbreak \x01 bad \xff\xfe end";
  run.config.push_back({"odd.value", std::numeric_limits<double>::infinity()});
  run.trace.reset();
  run.calls_per_cpu_s.reset();
  run.groups.clear();
  run.assumptions.clear();
  run.config.clear();
  const auto read = nlohmann::json::parse(sim::to_json(run), nullptr, false);
  ASSERT_FALSE(read.is_discarded());
  EXPECT_TRUE(read["trace"].is_null());
  EXPECT_TRUE(read["calls_per_cpu_s"].is_null());
  EXPECT_EQ(read["groups"].size(), 0U);
  EXPECT_EQ(read["config"].size(), 0U);
}

TEST(Summary, WritesConfigNumbersThatAreNotFiniteAsNull) {
  sim::RunSummary run = example_run();
  run.config = {{"odd", std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_TRUE(nlohmann::json::parse(sim::to_json(run))["config"]["odd"].is_null());
}

TEST(Summary, GivesTheCsvOneRowForTheTotalAndOnePerGroup) {
  EXPECT_EQ(
      sim::to_csv(example_run()),
      "scope,group,calls,completed,cold,warm,refused,timed_out,failed,retries,overtakes,within_slo,"
      "wait_ms_mean,wait_ms_p50,wait_ms_p90,wait_ms_p99,wait_ms_p99_9,latency_ms_mean,"
      "latency_ms_p50,latency_ms_p90,latency_ms_p99,latency_ms_p99_9,cold_overhead_s,runner_hours,"
      "cost,idle_gib_hours,scale_ups,scale_downs,direction_changes,drains_cut,containers_mean,"
      "containers_peak,runners_mean,runners_peak,runner_hours_idle,cost_idle\n"
      "total,,4,3,1,2,1,0,0,5,0,0.500000,100.250,1.000,250.000,300.000,300.500,20.000,15.000,"
      "30.000,30.000,30.000,0.333333,12.500000,2.500000,0.125000,7,6,3,1,1.500,3,0.667,2,"
      "7.500000,1.500000\n"
      "group,\"acme, \"\"north\"\"\",4,3,1,2,1,0,0,5,0,0.500000,100.250,1.000,250.000,300.000,"
      "300.500,20.000,15.000,30.000,30.000,30.000,0.333333,12.500000,2.500000,0.125000,"
      "7,6,3,1,1.500,3,0.667,2,7.500000,1.500000\n"
      "group,sleeper,0,0,0,0,0,0,0,0,0,,,,,,,,,,,,0.000000,0.000000,0.000000,0.000000,0,0,0,0,,,,"
      ",,\n");
}

TEST(Summary, IsWrittenAgainAsItWasRead) {
  const std::string written = sim::to_json(example_run());
  const auto read = sim::parse_summary(written, "summary.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(sim::to_json(*read), written);
  EXPECT_EQ(sim::to_csv(*read), sim::to_csv(example_run()));
}

TEST(Summary, IsWrittenAgainAsItWasReadForAnyFigures) {
  EXPECT_TRUE(rc::check("round trip", [] {
    sim::RunSummary run = example_run();
    for (const sim::Figure& figure : sim::figures()) {
      const auto drawn = *rc::gen::inRange<std::uint64_t>(0, 1'000'000'000'000);
      const bool whole = figure.decimals == 0;
      figure.set(run.total, whole ? static_cast<double>(drawn) : static_cast<double>(drawn) / 7e5);
    }
    const std::string written = sim::to_json(run);
    const auto read = sim::parse_summary(written, "summary.json");
    RC_ASSERT(read.has_value());
    RC_ASSERT(sim::to_json(*read) == written);
  }));
}

TEST(Summary, OfAnOlderVersionIsReadWithoutTheFiguresThatCameLater) {
  std::string older = sim::to_json(example_run());
  for (const std::string_view added :
       {",\n    \"runner_hours_idle\": 7.500000", ",\n    \"cost_idle\": 1.500000"}) {
    older.erase(older.find(added), added.size());
  }
  const auto read = sim::parse_summary(older, "summary.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->total.runner_hours_idle, std::nullopt);
  EXPECT_EQ(read->total.cost_idle, std::nullopt);
  EXPECT_EQ(read->groups.front().cost_idle, 1.5);
}

TEST(Summary, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(fault_of("[1]"),
            "old.json: expected a JSON object; give a summary.json that fnsim wrote");
  EXPECT_EQ(fault_of(with("fnsim.summary/1", "fnsim.summary/2")),
            "old.json: schema: expected fnsim.summary/1; give a summary.json that fnsim wrote");
  EXPECT_EQ(fault_of(with("\"digest\": \"0000000000000abc\"", "\"digest\": \"xyz\"")),
            "old.json: digest: expected a text of 16 hexadecimal digits; give a summary.json that "
            "fnsim wrote");
  EXPECT_EQ(fault_of(with("\"completed\": 3", "\"completed\": 3.5")),
            "old.json: completed: expected a whole number; give a summary.json that fnsim wrote");
  EXPECT_EQ(fault_of(with("\"completed\": 3", "\"completed\": -3")),
            "old.json: completed: expected a number from zero, or null; give a summary.json that "
            "fnsim wrote");
  EXPECT_EQ(fault_of(with("\"completed\": 3", "\"completed\": null")),
            "old.json: completed: expected a number; give a summary.json that fnsim wrote");
  EXPECT_EQ(fault_of(with("\"p90\": 250.000, ", "")),
            "old.json: p90: expected a value; give a summary.json that fnsim wrote");
}

TEST(Summary, SurvivesAnyCutOrChangedByte) {
  const std::string written = sim::to_json(example_run());
  EXPECT_TRUE(rc::check("damage", [&written] {
    std::string text = written;
    text.resize(*rc::gen::inRange<std::size_t>(0, text.size() + 1));
    if (!text.empty()) {
      text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
    }
    const auto read = sim::parse_summary(text, "summary.json");
    RC_ASSERT(read.has_value() || read.error().message.starts_with("summary.json: "));
  }));
}

TEST(Summary, TellsAFileThatCannotBeRead) {
  const auto read = sim::read_summary("/nowhere/summary.json");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().message,
            "/nowhere/summary.json: cannot be read; give a summary.json or the folder of one");
}

TEST(Figures, AreAllThatBoundsMayName) {
  std::set<std::string_view> bounds;
  for (const std::string_view field : sim::summary_fields()) {
    bounds.insert(field);
  }
  std::set<std::string_view> names = {"simulated_s"};
  for (const sim::Figure& figure : sim::figures()) {
    names.insert(figure.name);
  }
  EXPECT_EQ(names, bounds);
}

TEST(Figures, AreLookedUpInTheTotalAndInGroups) {
  sim::RunSummary run = example_run();
  run.total.retries = 50;
  EXPECT_EQ(sim::look_up(run, "", "retries"), 50);
  EXPECT_EQ(sim::look_up(run, "acme, \"north\"", "retries"), 5);
  EXPECT_EQ(sim::look_up(run, "sleeper", "wait_ms.p99"), std::nullopt);
  EXPECT_EQ(sim::look_up(run, "nobody", "retries"), std::nullopt);
  EXPECT_EQ(sim::look_up(run, "", "simulated_s"), 86400.5);
}

TEST(Figures, AreFoundByTheirName) {
  const sim::Figure* figure = sim::find_figure("wait_ms.p99");
  ASSERT_NE(figure, nullptr);
  EXPECT_EQ(figure->get(busy_group()), 300);
  EXPECT_EQ(figure->get(sim::GroupSummary{}), std::nullopt);
  EXPECT_EQ(sim::find_figure("wait_ms"), nullptr);
}

}  // namespace
}  // namespace fn::tests
