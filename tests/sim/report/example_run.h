// SPDX-License-Identifier: Apache-2.0
//
// A small run made by hand, from which the tests of the written forms start: two groups, one of
// which never had a call.

#pragma once

#include "sim/report/summary.h"

namespace fn::tests {

inline sim::GroupSummary busy_group() {
  sim::GroupSummary group;
  group.group = "acme, \"north\"";
  group.calls = 4;
  group.completed = 3;
  group.cold = 1;
  group.warm = 2;
  group.refused = 1;
  group.retries = 5;
  group.within_slo = 0.5;
  group.wait_ms =
      sim::Percentiles{.mean = 100.25, .p50 = 1, .p90 = 250, .p99 = 300, .p99_9 = 300.5};
  group.latency_ms = sim::Percentiles{.mean = 20, .p50 = 15, .p90 = 30, .p99 = 30, .p99_9 = 30};
  group.cold_overhead_s = 1.0 / 3;
  group.runner_hours = 12.5;
  group.cost = 2.5;
  group.idle_gib_hours = 0.125;
  group.scale_ups = 7;
  group.scale_downs = 6;
  group.direction_changes = 3;
  group.drains_cut = 1;
  group.containers_mean = 1.5;
  group.containers_peak = 3;
  group.runners_mean = 2.0 / 3;
  group.runners_peak = 2;
  group.runner_hours_idle = 7.5;
  group.cost_idle = 1.5;
  return group;
}

inline sim::RunSummary example_run() {
  sim::RunSummary run;
  run.version = "0.1.0";
  run.command = "fnsim run --seed 18446744073709551615";
  run.seed = 18446744073709551615ULL;
  run.digest = 0xabcULL;
  run.trace = sim::TraceOrigin{.path = {"inv.csv", "run.csv"}, .sha256 = "00ff", .calls = 4};
  run.config = {{"lb.placer", std::string("chbl")},
                {"npm.target_percent", 70.0},
                {"runner.memory_mib", std::int64_t{4096}},
                {"runner.frozen", true}};
  run.assumptions = {"CPU contention is not modelled"};
  run.simulated_s = 86400.5;
  run.wall_s = 1.25;
  run.cpu_s = 1;
  run.calls_per_cpu_s = 4;
  run.peak_rss_mib = 17.5;
  run.total = busy_group();
  run.total.group = "";
  run.groups = {busy_group(), sim::GroupSummary{}};
  run.groups.back().group = "sleeper";
  return run;
}

}  // namespace fn::tests
