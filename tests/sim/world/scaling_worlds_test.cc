// SPDX-License-Identifier: Apache-2.0
//
// Goal: what whole worlds do over time is what was computed or measured elsewhere: the fluid step
// (policies.md V10), the example of the seed's document that flaps for ever (fn.md 2.8), the search
// for a free slot that another LB left, and runners that start slowly but are not sick.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

// Slots of ten calls a second each. From 30 s on 100 calls come a second; five slots are there, and
// seven more come at 60 s.
const std::string kFluidStep = R"(
nodes.lbs = 1
nodes.initial_runners = 5
lb.placer = "round-robin"
npm.scaler = "fixed"
npm.fixed_runners = 12
provider.request_delay_ms = 1000
provider.boot_median_s = 59
provider.boot_p99_s = 59
runner.memory_mib = 128
workload.duration_s = 240
[[workload.groups]]
[[workload.groups.functions]]
arrivals = "step"
even = true
rate_per_s = 50
step_at_s = 30
step_rate_per_s = 100
durations = "constant"
duration_mean_s = 0.1
)";

// Docker example of the seed's document: one function in constant use, two addresses.
const std::string kTwoAddresses = R"(
nodes.lbs = 1
provider.kind = "fn-stub"
provider.stub_address_count = 2
provider.request_delay_ms = 5000
workload.duration_s = 3600
[[workload.groups]]
[[workload.groups.functions]]
memory_mib = 128
arrivals = "constant"
rate_per_s = 0.016666666667
durations = "constant"
duration_mean_s = 61
)";

// Two calls each 10 s, half a second apart, one through each LB; a call takes one second.
const std::string kAlternating = R"(
nodes.lbs = 2
nodes.initial_runners = 1
runner.memory_mib = 128
npm.scaler = "fixed"
workload.duration_s = 20000
[[workload.groups]]
[[workload.groups.functions]]
arrivals = "burst"
even = true
rate_per_s = 0
burst_at_s = 10
burst_every_s = 10
burst_length_s = 1
burst_rate_per_s = 2
durations = "constant"
duration_mean_s = 1
)";

// Four hundred functions that nobody has called before, all within two seconds; one in a hundred
// takes half a minute to come up.
const std::string kStorm = R"(
nodes.lbs = 2
nodes.initial_runners = 20
runner.memory_mib = 4096
npm.scaler = "fixed"
npm.fixed_runners = 20
container.init_median_ms = 3000
container.init_p99_ms = 30000
workload.duration_s = 10
[[workload.groups]]
[[workload.groups.functions]]
count = 400
arrivals = "constant"
rate_per_s = 200
durations = "constant"
duration_mean_s = 0.2
)";

// The row of each minute of the only group.
std::vector<sim::MinuteRow> minutes_of(const WorldSource& source) {
  std::vector<sim::MinuteRow> rows;
  auto worlds = open_worlds(load_world(source));
  run_minutes(worlds, [&](sim::GroupWorld& world, core::Instant begin, core::Instant last) {
    world.run(begin + sim::kMinute, last);
    rows.push_back(world.end_minute(begin + sim::kMinute));
  });
  return rows;
}

// How often an LB rested a runner.
std::uint64_t rests_in(const WorldSource& source) {
  std::uint64_t rests = 0;
  auto worlds = open_worlds(load_world(source));
  run_minutes(worlds, [&](sim::GroupWorld& world, core::Instant begin, core::Instant last) {
    world.run(begin + sim::kMinute, last);
    world.end_minute(begin + sim::kMinute);
    for (const sim::Decision& decision : world.decisions().decisions()) {
      const auto* fact = std::get_if<core::LbFact>(&decision.fact);
      rests += fact != nullptr && fact->kind() == core::LbFactKind::kRunnerRested ? 1U : 0U;
    }
  });
  return rests;
}

}  // namespace

TEST(FluidStep, TheBacklogIsWhatArrivesFasterThanItIsServed) {
  const std::vector<sim::MinuteRow> rows = minutes_of({.toml = kNoDelays + kFluidStep});
  ASSERT_GE(rows.size(), 3U);
  // 50 calls a second too many for 30 s, then 20 too few: gone at 135 s.
  EXPECT_NEAR(static_cast<double>(rows[0].waiting), 1'500, 20);
  EXPECT_NEAR(static_cast<double>(rows[1].waiting), 300, 20);
  EXPECT_EQ(rows[2].waiting, 0U);
  EXPECT_EQ(rows[0].runners.active, 5U);
  EXPECT_EQ(rows[1].runners.active, 12U);
}

TEST(FluidStep, TheLongestWaitIsThatOfTheCallWhoseTurnComesWithTheNewRunners) {
  // The call that comes 15 s after the step is the last one served by the old slots alone.
  WorldSource all{.toml = kNoDelays + kFluidStep};
  const WorldRun run = run_world(all);
  EXPECT_NEAR(run["wait_ms.p99_9"], 15'000, 150) << run.repeat();
  EXPECT_EQ(run["completed"], run["calls"]);
  // Who comes when they are there finds 1,500 calls before him, 120 of which go each second.
  all.settings = {"run.warmup_s=60"};
  const WorldRun late = run_world(all);
  EXPECT_NEAR(late["wait_ms.p99_9"], 12'500, 150) << late.repeat();
}

TEST(TwoAddresses, FlapForEverUnderTheRulesOf2018) {
  const WorldRun run = run_world({.policy = "fn-2018", .toml = kNoDelays + kTwoAddresses});
  EXPECT_GT(run["direction_changes"], 1'000) << run.repeat();
}

TEST(TwoAddresses, SettleUnderOurDefault) {
  const WorldRun run = run_world({.policy = "steady", .toml = kNoDelays + kTwoAddresses});
  SCOPED_TRACE(run.repeat());
  EXPECT_EQ(run["scale_ups"], 1);
  EXPECT_LE(run["direction_changes"], 1);
  EXPECT_EQ(run["completed"], run["calls"]);
}

TEST(FreeSlot, IsFoundWithinHalfASecondByAnLbThatDidNotSeeItBecomeFree) {
  WorldSource source{.toml = kNoDelays + kAlternating};
  // The second call waits half a second for the first, and not more than that for its own LB.
  source.settings = {"run.slo_ms=1000"};
  const WorldRun run = run_world(source);
  SCOPED_TRACE(run.repeat());
  EXPECT_EQ(run["calls"], 3'998);
  EXPECT_EQ(run["completed"], run["calls"]);
  EXPECT_EQ(run["within_slo"], 1);
  EXPECT_GE(run["wait_ms.p90"], 500);
}

// Offers are given up and made again while their first runners have long begun with them.
TEST(SlowNetwork, LosesNoCallAndBreaksNoBelief) {
  for (const char* const delay_us : {"1600000", "10000000"}) {
    const WorldRun run = run_world({.toml = R"(
npm.scaler = "fixed"
npm.fixed_runners = 3
nodes.initial_runners = 3
callers.patience_s = 60
workload.duration_s = 300
[[workload.groups]]
[[workload.groups.functions]]
rate_per_s = 5
)",
                                    .settings = {"network.one_way_us=" + std::string(delay_us)}});
    SCOPED_TRACE(run.repeat());
    EXPECT_EQ(run["calls"], run["completed"] + run["refused"] + run["timed_out"] + run["failed"]);
    EXPECT_GT(run["retries"], 0);
  }
}

TEST(Callers, MayPauseForLongWithoutLeavingTheClock) {
  const WorldRun run = run_world({.toml = R"(
npm.scaler = "fixed"
npm.fixed_runners = 0
lb.placement_timeout_s = 0
callers.retries_count = 30
callers.retry_pause_ms = 86400000
callers.honours_retry_after = false
callers.patience_s = 864000
workload.calls = 3
[[workload.groups]]
[[workload.groups.functions]]
rate_per_s = 5
)"});
  SCOPED_TRACE(run.repeat());
  EXPECT_EQ(run["failed"], 3) << "their callers gave up after ten days";
}

TEST(SlowStart, RestsNoRunner) {
  const WorldSource storm{.toml = kStorm};
  const WorldRun run = run_world(storm);
  SCOPED_TRACE(run.repeat());
  EXPECT_GT(run["wait_ms.p99"], 25'000) << "the starts are not slow";
  EXPECT_GE(run["cold"], 400);
  EXPECT_EQ(run["completed"], run["calls"]);
  EXPECT_EQ(rests_in(storm), 0U);
}

}  // namespace fn::tests
