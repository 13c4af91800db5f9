// SPDX-License-Identifier: Apache-2.0
//
// Goal: a run says how far it is and what of its settings it could not use, and writes what it is
// asked for, the same bytes each time, or nothing.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/cli/engine.h"
#include "sim/cli/interrupt.h"
#include "sim/scenario/scenario.h"
#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

using namespace std::chrono_literals;

class Remembered final : public sim::ProgressSink {
 public:
  void update(const sim::Progress& progress) override { all.push_back(progress); }

  std::vector<sim::Progress> all;
};

// Three minutes of constant calls in the group "shop".
sim::Scenario small_scenario(std::vector<core::Setting> more = {}) {
  std::vector<core::Setting> settings = {
      {"workload.duration_s", std::int64_t{180}, "test"},
      {"workload.groups[0].name", std::string("shop"), "test"},
      {"workload.groups[0].functions[0].arrivals", std::string("constant"), "test"},
      {"workload.groups[0].functions[0].rate_per_s", std::int64_t{2}, "test"},
  };
  settings.insert(settings.end(), more.begin(), more.end());
  const auto scenario = sim::make_scenario(settings);
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().message);
  return *scenario;
}

TEST(RunScenario, TellsEachMinuteWhereTheRunIsAndWhereItsArrivalsEnd) {
  Remembered seen;
  const auto result = sim::run_scenario(small_scenario(), {}, seen);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_GE(seen.all.size(), 3U);
  for (std::size_t minute = 0; minute < seen.all.size(); ++minute) {
    EXPECT_EQ(seen.all[minute].simulated, core::Instant(1min * (minute + 1)));
    EXPECT_EQ(seen.all[minute].end, core::Instant(3min));
  }
  EXPECT_GT(seen.all.back().calls, 300U);
}

TEST(RunScenario, WarnsOfSettingsForAGroupThatTheWorkloadDoesNotHave) {
  Remembered seen;
  const auto result =
      sim::run_scenario(small_scenario({{"groups.shop.npm.min_runners", std::int64_t{1}, "test"},
                                        {"groups.sohp.npm.min_runners", std::int64_t{1}, "test"}}),
                        {},
                        seen);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->warnings,
            std::vector<std::string>{
                "groups.sohp.npm is not used: the calls belong to shop (--tenant decides)"});
}

TEST(RunScenario, RefusesBoundsOnAGroupThatTheWorkloadDoesNotHave) {
  Remembered seen;
  const auto result = sim::run_scenario(
      small_scenario({{"expect.groups.shpo.calls", std::string("<10"), "w.toml:9"}}), {}, seen);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "w.toml:9: expect.groups.shpo: the workload has no such group; did you mean \"shop\"?");
}

TEST(RunScenario, WarnsOfWhatDoesNothingWithoutATrace) {
  Remembered seen;
  const auto result = sim::run_scenario(
      small_scenario({{"workload.tenant", std::string("owner"), "--tenant"}}), {}, seen);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->warnings,
            std::vector<std::string>{"--tenant: workload.tenant does nothing without a trace"});
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(RunScenario, WritesTheSameMetricsAndFunctionsWhateverTheThreads) {
  const std::string folder = scratch_folder();
  Remembered seen;
  const sim::Scenario scenario = small_scenario({
      {"workload.groups[1].name", std::string("lab"), "test"},
      {"workload.groups[1].functions[0].rate_per_s", std::int64_t{5}, "test"},
      {"run.warmup_s", std::int64_t{60}, "test"},
  });
  for (const std::uint32_t threads : {1U, 2U}) {
    sim::RunOptions options;
    options.threads = threads;
    options.out_folder = folder + "/" + std::to_string(threads);
    options.metrics_file = options.out_folder + "/metrics.prom";
    const auto result = sim::run_scenario(scenario, options, seen);
    ASSERT_TRUE(result) << result.error().message;
  }
  for (const char* name : {"/metrics.prom", "/functions.csv"}) {
    EXPECT_EQ(content(folder + "/1" + name), content(folder + "/2" + name)) << name;
  }
  // Two calls a second for three minutes; functions.csv leaves out the minute of the warm-up.
  const std::string metrics = content(folder + "/1/metrics.prom");
  EXPECT_NE(metrics.find("fn_calls_arrived_total{lb_group=\"shop\"} 120 60\n"), std::string::npos);
  EXPECT_NE(content(folder + "/1/functions.csv").find("\nshop,"), std::string::npos);
  EXPECT_NE(content(folder + "/1/functions.csv").find(",240,"), std::string::npos);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder + "/1")) {
    ++files;
  }
  EXPECT_EQ(files, 6U);
}

TEST(RunScenario, RefusesMetricsInTheNameOfAnotherFile) {
  const std::string folder = scratch_folder();
  Remembered seen;
  sim::RunOptions options;
  options.out_folder = folder + "/r";
  options.metrics_file = folder + "/r/../r/timeline.csv";
  const auto result = sim::run_scenario(small_scenario(), options, seen);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "--metrics " + options.metrics_file +
                ": expected another file than those of --out; give it another name");
  EXPECT_EQ(result.error().code, core::ErrorCode::kInvalidArgument);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

// The sum of a column of the rows that begin with `start`.
double sum_of(const std::string& csv, const std::string& start, std::size_t column) {
  double sum = 0;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(start)) {
      continue;
    }
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t index = 0; index <= column; ++index) {
      std::getline(cells, cell, ',');
    }
    sum += std::stod(cell);
  }
  return sum;
}

TEST(RunScenario, CountsTheSameCallsByFunctionAndByGroup) {
  const std::string folder = scratch_folder();
  Remembered seen;
  sim::RunOptions options;
  options.out_folder = folder;
  const auto result = sim::run_scenario(
      small_scenario({{"workload.groups[0].functions[0].count", std::int64_t{3}, "test"},
                      {"workload.groups[0].functions[1].rate_per_s", std::int64_t{9}, "test"},
                      {"nodes.initial_runners", std::int64_t{0}, "test"},
                      {"run.warmup_s", std::int64_t{30}, "test"}}),
      options,
      seen);
  ASSERT_TRUE(result) << result.error().message;
  const std::string functions = content(folder + "/functions.csv");
  const std::string groups = content(folder + "/groups.csv");
  EXPECT_GT(sum_of(functions, "shop,", 2), 1'000);
  // calls, cold, refused, timed_out, failed: where they stand in the two files.
  const std::vector<std::pair<std::size_t, std::size_t>> columns = {
      {2, 2}, {3, 4}, {4, 6}, {5, 7}, {6, 8}};
  for (const auto& [of_function, of_group] : columns) {
    EXPECT_EQ(sum_of(functions, "shop,", of_function), sum_of(groups, "group,shop,", of_group))
        << of_function;
  }
}

// Runs until Ctrl-C comes after the first minute, then ends as the program does.
void run_and_interrupt(const std::string& folder) {
  class Interrupts final : public sim::ProgressSink {
   public:
    void update(const sim::Progress& /*progress*/) override { std::raise(SIGINT); }
  };

  sim::watch_for_interrupts();
  Interrupts interrupts;
  sim::RunOptions options;
  options.out_folder = folder + "/made/for/it";
  options.metrics_file = folder + "/metrics.prom";
  const auto result = sim::run_scenario(small_scenario(), options, interrupts);
  std::fputs(result ? "no error" : result.error().message.c_str(), stderr);
  sim::end_by(sim::interrupted());
}

TEST(RunScenario, LeavesNothingBehindWhenItIsInterrupted) {
  const std::string folder = scratch_folder();
  EXPECT_EXIT(run_and_interrupt(folder),
              testing::KilledBySignal(SIGINT),
              "given up at 00:02:00 of simulated time; nothing was written");
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

}  // namespace
}  // namespace fn::tests
