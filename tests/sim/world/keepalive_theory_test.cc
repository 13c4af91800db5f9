// SPDX-License-Identifier: Apache-2.0
//
// Goal: containers that expire a fixed time after their last call give the cold starts and the idle
// time that renewal theory gives (policies.md V5), and the steady state of a function with
// overlapping calls that SimFaaS, an independent simulator, and AWS Lambda itself showed (V6).

#include <cmath>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/estimate.h"
#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

// One runner with room for everything; containers start in no time.
const std::string kRoomy = R"(
nodes.lbs = 1
nodes.initial_runners = 1
lb.placer = "round-robin"
lb.health.enabled = false
npm.scaler = "fixed"
npm.fixed_runners = 1
runner.memory_mib = 1000000000
runner.keep_alive = "ttl"
[[workload.groups]]
[[workload.groups.functions]]
memory_mib = 128
)";

constexpr double kSecondsPerHour = 3'600;
// Of 128 MiB each.
constexpr double kContainersPerGib = 8;

const std::string kFirst = "workload.groups[0].functions[0].";

// Container-seconds that were idle.
double idle_seconds(const WorldRun& run) {
  return run["idle_gib_hours"] * kSecondsPerHour * kContainersPerGib;
}

struct Sparse {
  double gap_s;
  double timeout_s;
  double cold;
  double idle_s;
};

// Mean gap between a function's calls, time-out, share of cold calls, idle time per call.
constexpr Sparse kSparse[] = {
    {600, 600, .367879, 379.27},
    {600, 60, .904837, 57.10},
    {3600, 600, .846482, 552.67},
    {3600, 1200, .716531, 1020.49},
};

// Many functions share one Poisson process, so each has one of its own; executions take no time.
WorldSource sparse(double gap_s, double timeout_s) {
  constexpr int kFunctions = 500;
  const double warmup_s = 4 * (gap_s + timeout_s);
  WorldSource source{.toml = kNoDelays + kRoomy};
  source.settings = {
      "runner.idle_timeout_s=" + std::to_string(timeout_s),
      "run.warmup_s=" + std::to_string(warmup_s),
      "workload.duration_s=" + std::to_string(warmup_s + 200 * gap_s),
      kFirst + "count=" + std::to_string(kFunctions),
      kFirst + "rate_per_s=" + std::to_string(kFunctions / gap_s),
      kFirst + "durations=constant",
      kFirst + "duration_mean_s=0.000001",
  };
  return source;
}

struct Busy {
  double rate_per_s;
  double warm_s;
  double cold_s;
  double cold;
  double containers;
};

// SimFaaS's published example; then against the constants of measured AWS Lambda.
constexpr Busy kExample{.9, 1.991, 2.244, .001321, 7.693};
constexpr Busy kLambda[] = {
    {.05012, 2.0, 2.3, .01063, 2.046},
    {.10038, 2.0, 2.3, .00710, 2.653},
    {.30179, 2.0, 2.3, .002810, 4.379},
};

WorldSource busy(const Busy& row, double calls, int run) {
  WorldSource source{.toml = kNoDelays + kRoomy};
  source.settings = {
      "runner.idle_timeout_s=600",
      "run.warmup_s=20000",
      "workload.calls=" + std::to_string(static_cast<std::uint64_t>(calls)),
      "run.seed=" + std::to_string(run),
      kFirst + "rate_per_s=" + std::to_string(row.rate_per_s),
      kFirst + "duration_mean_s=" + std::to_string(row.warm_s),
      kFirst + "first_run_scale=" + std::to_string(row.cold_s / row.warm_s),
  };
  return source;
}

}  // namespace

TEST(KeepAliveTheory, ACallIsColdWhenItsGapOutlastsTheTimeOut) {
  for (const Sparse& row : kSparse) {
    const WorldRun run = run_world(sparse(row.gap_s, row.timeout_s));
    SCOPED_TRACE(run.repeat());
    const double calls = run["calls"];
    ASSERT_EQ(run["completed"], calls);
    // A call is cold or not independently of all others.
    const double error = std::sqrt(row.cold * (1 - row.cold) / calls);
    EXPECT_NEAR(run["cold"] / calls, row.cold, 3.5 * error);
    EXPECT_NEAR(idle_seconds(run) / calls, row.idle_s, 0.02 * row.idle_s);
  }
}

TEST(KeepAliveTheory, APeriodicCallIsColdExactlyWhenItsPeriodOutlastsTheTimeOut) {
  for (const int timeout_s : {59, 61}) {
    WorldSource source{.toml = kNoDelays + kRoomy};
    source.settings = {
        "runner.idle_timeout_s=" + std::to_string(timeout_s),
        "workload.calls=100",
        kFirst + "arrivals=constant",
        kFirst + "rate_per_s=" + std::to_string(1.0 / 60),
        kFirst + "durations=constant",
        kFirst + "duration_mean_s=0.000001",
    };
    const WorldRun run = run_world(source);
    SCOPED_TRACE(run.repeat());
    EXPECT_EQ(run["calls"], 100);
    EXPECT_EQ(run["cold"], timeout_s < 60 ? 100 : 1);
  }
}

TEST(KeepAliveTheory, AWorldSlowedDownEightTimesLosesAndStartsAsMany) {
  const auto slowed = [](double times) {
    WorldSource source{.toml = kNoDelays + kRoomy};
    source.settings = {
        "runner.memory_mib=1280",
        "runner.idle_timeout_s=" + std::to_string(4 * times),
        "lb.waiting_calls=0",
        "workload.calls=50000",
        kFirst + "count=3",
        kFirst + "rate_per_s=" + std::to_string(3.5 / times),
        kFirst + "duration_mean_s=" + std::to_string(2 * times),
        kFirst + "first_run_scale=1.25",
    };
    return run_world(source);
  };
  const WorldRun quick = slowed(1);
  const WorldRun slow = slowed(8);
  SCOPED_TRACE(slow.repeat());
  EXPECT_GT(quick["cold"], 1000);
  EXPECT_GT(quick["refused"], 1000);
  EXPECT_EQ(slow["cold"], quick["cold"]);
  EXPECT_EQ(slow["refused"], quick["refused"]);
  EXPECT_NEAR(slow["containers_mean"], quick["containers_mean"], 1e-3);
  EXPECT_NEAR(slow["cold_overhead_s"], 8 * quick["cold_overhead_s"], 1e-3);
}

TEST(KeepAliveTheory, LongerKeepAliveNeverAddsColdStartsWhereMemoryIsInfinite) {
  const auto cold_with = [](double timeout_s) {
    WorldSource source = sparse(600, timeout_s);
    // The same calls count in each.
    source.settings.insert(source.settings.end(), {"run.warmup_s=0", "workload.duration_s=120000"});
    return run_world(source)["cold"];
  };
  double before = cold_with(30);
  for (const double timeout_s : {60.0, 300.0, 600.0, 1200.0, 3600.0}) {
    SCOPED_TRACE("time-out of " + std::to_string(timeout_s) + " s");
    const double cold = cold_with(timeout_s);
    EXPECT_LT(cold, before);
    before = cold;
  }
}

TEST(KeepAliveTheory, TheSteadyStateIsThatOfSimFaaS) {
  Estimate cold;
  Estimate containers;
  for (int run = 1; run <= 4; ++run) {
    const WorldRun result = run_world(busy(kExample, 700'000, run));
    SCOPED_TRACE(result.repeat());
    cold.add(result["cold"] / result["calls"]);
    containers.add(result["containers_mean"]);
    // Little's law: as many run as arrive in an execution's time.
    const double window_s = result["simulated_s"] - 20'000;
    const double running = result["containers_mean"] - idle_seconds(result) / window_s;
    const double execution_s = result["latency_ms.mean"] / 1'000;
    EXPECT_NEAR(running, kExample.rate_per_s * execution_s, 0.01 * running);
    EXPECT_NEAR(running, 1.7918, 0.01 * 1.7918);
  }
  EXPECT_NEAR(cold.mean(), kExample.cold, 0.03 * kExample.cold) << cold.standard_error();
  EXPECT_NEAR(containers.mean(), kExample.containers, 0.03 * kExample.containers);
}

TEST(KeepAliveTheory, AwsLambdaIsMetAsCloselyAsSimFaaSMeetsIt) {
  for (const Busy& row : kLambda) {
    Estimate cold;
    Estimate containers;
    for (int run = 1; run <= 2; ++run) {
      const WorldRun result = run_world(busy(row, 350'000, run));
      cold.add(result["cold"] / result["calls"]);
      containers.add(result["containers_mean"]);
    }
    SCOPED_TRACE(repeat_command(busy(row, 350'000, 1)) + " and the next seed");
    EXPECT_NEAR(cold.mean(), row.cold, 0.03 * row.cold) << cold.standard_error();
    EXPECT_NEAR(containers.mean(), row.containers, 0.03 * row.containers);
  }
}

}  // namespace fn::tests
