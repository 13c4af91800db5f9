// SPDX-License-Identifier: Apache-2.0
//
// Goal: one runner with c slots and the LB's queue before it is an M/M/c queue; without the queue
// it is Erlang's loss system, for any distribution of the execution time. Expected values are exact
// (policies.md V1); the time unit is the mean execution, one second.

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/estimate.h"
#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

constexpr int kRuns = 8;

// Containers start in no time and stay; nothing but the slots limits.
const std::string kServer = R"(
run.warmup_s = 100
run.slo_ms = 0
nodes.lbs = 1
nodes.initial_runners = 1
lb.placer = "round-robin"
lb.health.enabled = false
npm.scaler = "fixed"
npm.fixed_runners = 1
runner.keep_alive = "none"
[[workload.groups]]
[[workload.groups.functions]]
memory_mib = 128
duration_mean_s = 1
)";

struct Server {
  const char* name;
  int slots;
  double load;
  double erlang_b;
  double erlang_c;
  double wait_s;
};

constexpr Server kServers[] = {
    {"OneSlotAt50Percent", 1, .5, .333333, .500000, 1.000000},
    {"TwoSlotsAt90Percent", 2, .9, .366516, .852632, 4.263158},
    {"FiveSlotsAt80Percent", 5, .8, .199067, .554113, .554113},
    {"TenSlotsAt70Percent", 10, .7, .078741, .221731, .073910},
    {"TenSlotsAt90Percent", 10, .9, .167963, .668732, .668732},
    {"FiftySlotsAt90Percent", 50, .9, .054104, .363864, .072773},
    {"HundredSlotsAt90Percent", 100, .9, .026957, .216940, .021694},
};

WorldSource server(const Server& server, std::uint64_t calls, int run) {
  const std::string first = "workload.groups[0].functions[0].";
  WorldSource source{.toml = kNoDelays + kServer};
  source.settings = {
      "runner.memory_mib=" + std::to_string(server.slots * 128),
      "workload.calls=" + std::to_string(calls),
      first + "rate_per_s=" + std::to_string(server.slots * server.load),
      "run.seed=" + std::to_string(run),
  };
  return source;
}

// More slots need more calls, as their waits are rarer.
std::uint64_t calls_for(const Server& server) {
  return 150'000 + std::uint64_t{4'500} * static_cast<std::uint64_t>(server.slots);
}

class Queueing : public testing::TestWithParam<Server> {};

}  // namespace

TEST_P(Queueing, CallsWaitAsErlangCSays) {
  Estimate waits;
  Estimate wait_s;
  for (int run = 1; run <= kRuns; ++run) {
    const WorldRun result = run_world(server(GetParam(), calls_for(GetParam()), run));
    ASSERT_EQ(result["completed"], result["calls"]) << result.repeat();
    waits.add(1 - result["within_slo"]);
    wait_s.add(result["wait_ms.mean"] / 1'000);
  }
  SCOPED_TRACE(repeat_command(server(GetParam(), calls_for(GetParam()), 1)) +
               " and the next seven seeds");
  expect_agrees(waits, GetParam().erlang_c, 0.02);
  expect_agrees(wait_s, GetParam().wait_s, 0.05);
}

TEST(QueueingTail, LongWaitsAreAsRareAsTheExponentialTailSays) {
  // P(wait > t) = C exp(-(c - a) t): ten slots at 90 % leave one call in four waiting over 1 s.
  constexpr Server kTenSlots{"", 10, .9, .167963, .668732, .668732};
  Estimate longer;
  for (int run = 1; run <= kRuns; ++run) {
    WorldSource source = server(kTenSlots, 150'000, run);
    source.settings.emplace_back("run.slo_ms=1000");
    longer.add(1 - run_world(source)["within_slo"]);
  }
  expect_agrees(longer, .246013, 0.03);
}

TEST_P(Queueing, CallsAreLostAsErlangBSaysWithoutAQueue) {
  Estimate lost;
  for (int run = 1; run <= kRuns; ++run) {
    WorldSource source = server(GetParam(), calls_for(GetParam()) / 2, run);
    source.settings.emplace_back("lb.waiting_calls=0");
    const WorldRun result = run_world(source);
    ASSERT_EQ(result["completed"] + result["refused"], result["calls"]) << result.repeat();
    lost.add(result["refused"] / result["calls"]);
  }
  expect_agrees(lost, GetParam().erlang_b, 0.02);
}

TEST_P(Queueing, LossesDependOnTheMeanExecutionTimeOnly) {
  Estimate lost;
  for (int run = 1; run <= kRuns; ++run) {
    const std::string first = "workload.groups[0].functions[0].";
    WorldSource source = server(GetParam(), calls_for(GetParam()) / 2, run);
    // exp(-1.5^2 / 2) is the median of a lognormal of mean 1.
    source.settings.insert(source.settings.end(),
                           {"lb.waiting_calls=0",
                            first + "durations=lognormal",
                            first + "duration_median_s=0.32465247",
                            first + "duration_sigma=1.5"});
    const WorldRun result = run_world(source);
    lost.add(result["refused"] / result["calls"]);
  }
  expect_agrees(lost, GetParam().erlang_b, 0.03);
}

INSTANTIATE_TEST_SUITE_P(V1,
                         Queueing,
                         testing::ValuesIn(kServers),
                         [](const testing::TestParamInfo<Server>& server) {
                           return server.param.name;
                         });

}  // namespace fn::tests
