// SPDX-License-Identifier: Apache-2.0
//
// Goal: over ten runners with one slot and a queue each, every placer gives the mean time in system
// that theory or published simulations give (policies.md V3), and better information never does
// worse: central queue <= least outstanding <= two choices <= round robin <= random.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/estimate.h"
#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

constexpr int kRunners = 10;
constexpr int kRuns = 3;
constexpr std::uint64_t kCalls = 300'000;

const std::string kTenRunners = R"(
run.warmup_s = 1000
nodes.lbs = 1
nodes.initial_runners = 10
lb.health.enabled = false
npm.scaler = "fixed"
npm.fixed_runners = 10
runner.memory_mib = 128
runner.keep_alive = "none"
[[workload.groups]]
[[workload.groups.functions]]
memory_mib = 128
duration_mean_s = 1
)";

// Mean time in system. "central": calls wait at the LB for whichever runner is free first.
Estimate time_in_system(const std::string& placer, double load) {
  Estimate estimate;
  for (int run = 1; run <= kRuns; ++run) {
    WorldSource source{.toml = kNoDelays + kTenRunners};
    const bool central = placer == "central";
    source.settings = {
        "lb.placer=" + (central ? "least-outstanding" : placer),
        std::string("runner.queue_when_full=") + (central ? "false" : "true"),
        "workload.calls=" + std::to_string(kCalls),
        "workload.groups[0].functions[0].rate_per_s=" + std::to_string(load * kRunners),
        "run.seed=" + std::to_string(run),
    };
    const WorldRun result = run_world(source);
    EXPECT_EQ(result["completed"], result["calls"]) << result.repeat();
    estimate.add(result["latency_ms.mean"] / 1'000);
  }
  return estimate;
}

struct Row {
  const char* placer;
  double load;
  double time_s;
  // Of the published figure and ours together, as a part of it.
  double tolerance;
};

// The central queue and random are exact, the others were simulated.
constexpr Row kRows[] = {
    {"central", .5, 1.00722, .01},
    {"central", .9, 1.66873, .03},
    {"central", .95, 2.65117, .05},
    {"least-outstanding", .5, 1.024, .01},
    {"least-outstanding", .9, 1.915, .03},
    {"least-outstanding", .95, 2.990, .05},
    {"p2c", .5, 1.285, .01},
    {"p2c", .9, 2.967, .03},
    {"p2c", .95, 4.304, .05},
    {"round-robin", .5, 1.325, .01},
    {"round-robin", .9, 5.70, .05},
    {"round-robin", .95, 11.0, .06},
    {"random", .5, 2.0, .02},
    {"random", .9, 10.0, .05},
    {"random", .95, 20.0, .08},
};

}  // namespace

class PlacementAtLoad : public testing::TestWithParam<double> {};

TEST_P(PlacementAtLoad, EveryPlacerTakesTheTimeThatIsKnownForItAndBetterInformationLess) {
  double before = 0;
  for (const Row& row : kRows) {
    if (row.load != GetParam()) {
      continue;
    }
    SCOPED_TRACE(std::string(row.placer) + " at load " + std::to_string(row.load));
    const Estimate estimate = time_in_system(row.placer, row.load);
    EXPECT_NEAR(estimate.mean(), row.time_s, row.tolerance * row.time_s)
        << "standard error " << estimate.standard_error();
    // The rows are in the order that must hold at every load.
    EXPECT_GE(estimate.mean(), before);
    before = estimate.mean();
  }
}

INSTANTIATE_TEST_SUITE_P(V3,
                         PlacementAtLoad,
                         testing::Values(.5, .9, .95),
                         [](const testing::TestParamInfo<double>& load) {
                           return std::to_string(static_cast<int>(load.param * 100)) + "Percent";
                         });

}  // namespace fn::tests
