// SPDX-License-Identifier: Apache-2.0

#include "sim/world/bench_workloads.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "core/base/assert.h"
#include "sim/workload/drawn_arrivals.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 4> kNames = {
    "w1", "cluster-1k", "cluster-10k", "tenants-1k"};

constexpr double kWarmMean = 2.016e9;  // nanoseconds
constexpr double kColdMean = 2.163e9;

core::Duration nanoseconds(double value) {
  return core::Duration(static_cast<std::int64_t>(value));
}

// What the yardstick leaves out is left out: no network, no start of a container that is not asked
// for, no health checks, and so few advertisements that they do not show.
GroupSetup bare_setup() {
  GroupSetup setup;
  setup.nodes = {.lb_count = 1, .initial_runners = 1};
  setup.network = {.one_way = 0s, .control_one_way = 0s};
  setup.container.pull = {0s, 0s};
  setup.container.create = {0s, 0s};
  setup.container.init = {0s, 0s};
  setup.lb.placer = "ch";
  setup.lb.health.enabled = false;
  setup.lb.advertise_every = std::chrono::hours(24);
  setup.npm.scaler = "fixed";
  return setup;
}

GroupWorkload group_of(std::string name,
                       std::vector<core::FunctionSpec> functions,
                       std::vector<Arrival> arrivals) {
  GroupWorkload group;
  group.name = name;
  group.label = std::move(name);
  for (std::size_t index = 0; index < functions.size(); ++index) {
    group.function_ids.push_back("f" + std::to_string(index));
  }
  group.functions = std::move(functions);
  group.arrivals = std::make_unique<DrawnArrivals>(std::move(arrivals));
  return group;
}

// One function, runners without limit.
BenchWorkload one_function() {
  constexpr std::uint32_t kCalls = 1'000'000;
  BenchWorkload bench;
  bench.setup = bare_setup();
  bench.setup.runner.memory = core::MemoryMib{1 << 30};
  bench.calls = kCalls;
  core::Rng rng = core::Rng(11).fork("w1");
  std::vector<Arrival> arrivals(kCalls);
  double at = 0;
  for (std::uint32_t index = 0; index < kCalls; ++index) {
    at += exponential_quantile(open_unit(rng.next()), 1e9 / 0.9);
    const double unit = open_unit(rng.next());
    arrivals[index] = Arrival{.at = core::Instant(nanoseconds(at)),
                              .run = nanoseconds(exponential_quantile(unit, kWarmMean)),
                              .first_run = nanoseconds(exponential_quantile(unit, kColdMean)),
                              .function = core::FunctionHandle{0},
                              .index = index};
  }
  bench.groups.push_back(
      group_of("default", {core::FunctionSpec{.key = core::mix64(1)}}, std::move(arrivals)));
  return bench;
}

// Many functions on 100 runners of 64 GiB.
BenchWorkload cluster(std::uint32_t functions, std::uint32_t calls) {
  BenchWorkload bench;
  bench.setup = bare_setup();
  bench.setup.nodes.initial_runners = 100;
  bench.setup.npm.scaling.fixed_runners = 100;
  bench.setup.runner.memory = core::MemoryMib{65'536};
  bench.setup.container.create = {250ms, 250ms};
  bench.calls = calls;
  core::Rng rng = core::Rng(11).fork("cluster");
  std::vector<core::FunctionSpec> specs(functions);
  for (core::FunctionSpec& spec : specs) {
    spec.key = rng.next();
    spec.memory = core::MemoryMib{std::int64_t{64} << rng.below(4)};
  }
  const AliasTable popularity = AliasTable::zipf(functions, 1.0);
  std::vector<std::uint32_t> indexes(functions, 0);
  std::vector<Arrival> arrivals(calls);
  double at = 0;
  for (Arrival& arrival : arrivals) {
    at += exponential_quantile(open_unit(rng.next()), 1e9 / 1000);
    const std::uint32_t function = popularity.draw(rng);
    const core::Duration run = nanoseconds(exponential_quantile(open_unit(rng.next()), kWarmMean));
    arrival = Arrival{core::Instant(nanoseconds(at)),
                      run,
                      run,
                      core::FunctionHandle{function},
                      indexes[function]++};
  }
  bench.groups.push_back(group_of("default", std::move(specs), std::move(arrivals)));
  return bench;
}

}  // namespace

std::span<const std::string_view> bench_workload_names() {
  return kNames;
}

BenchWorkload make_bench_workload(std::string_view name) {
  if (name == "w1") {
    return one_function();
  }
  if (name == "cluster-1k") {
    return cluster(1'000, 500'000);
  }
  if (name == "tenants-1k") {
    return make_tenants_workload();
  }
  FN_ASSERT(name == "cluster-10k");
  return cluster(10'000, 2'000'000);
}

}  // namespace fn::sim
