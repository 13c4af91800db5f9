// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/workload/drawn_arrivals.h"
#include "sim/workload/sampling.h"
#include "sim/world/bench_workloads.h"

namespace fn::sim {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kGroups = 1'000;
constexpr std::uint32_t kFunctionsPerGroup = 20;
constexpr double kCallsPerSecond = 5'000;
constexpr double kSeconds = 1'000;
constexpr double kPeriod = 500;

// Half above and half below the mean: three to one.
double swing(double at) {
  return 1 + 0.5 * sine_of_turns(at / kPeriod);
}

core::FunctionSpec draw_function(core::Rng& rng) {
  const double memory = burr_quantile(open_unit(rng.next()), 11.652, 0.221, 107.083);
  return core::FunctionSpec{.key = rng.next(),
                            .memory = core::MemoryMib{static_cast<std::int64_t>(memory) + 1}};
}

// A Poisson process of the highest rate, thinned to the rate of the moment.
std::vector<Arrival> draw_arrivals(core::Rng& rng, double rate) {
  constexpr double kHighest = 1.5;
  std::vector<Arrival> arrivals;
  std::vector<std::uint32_t> indexes(kFunctionsPerGroup, 0);
  double at = 0;
  for (;;) {
    at += exponential_quantile(open_unit(rng.next()), 1 / (rate * kHighest));
    if (at >= kSeconds) {
      return arrivals;
    }
    if (rng.unit() * kHighest >= swing(at)) {
      continue;
    }
    const auto function = static_cast<std::uint32_t>(rng.below(kFunctionsPerGroup));
    const double seconds = std::min(lognormal_quantile(open_unit(rng.next()), -0.38, 2.36), 300.0);
    const core::Duration run(static_cast<std::int64_t>(seconds * 1e9));
    arrivals.push_back(Arrival{core::Instant(core::Duration(static_cast<std::int64_t>(at * 1e9))),
                               run,
                               run,
                               core::FunctionHandle{function},
                               indexes[function]++});
  }
}

GroupSetup tenants_setup() {
  GroupSetup setup;
  setup.nodes = {.lb_count = 4, .initial_runners = 0};
  setup.network = {.one_way = 1ms, .control_one_way = 1ms};
  setup.runner.memory = core::MemoryMib{16'384};
  setup.provider.boot = {30s, 30s};
  setup.lb.placer = "chbl";
  setup.npm.scaler = "steady";
  return setup;
}

}  // namespace

BenchWorkload make_tenants_workload() {
  BenchWorkload bench;
  bench.setup = tenants_setup();
  core::Rng rng = core::Rng(11).fork("tenants");
  double harmonic = 0;
  for (std::uint32_t rank = 1; rank <= kGroups; ++rank) {
    harmonic += 1.0 / rank;
  }
  for (std::uint32_t rank = 1; rank <= kGroups; ++rank) {
    GroupWorkload group;
    group.name = "tenant-" + std::to_string(10'000 + rank);
    group.label = group.name;
    for (std::uint32_t index = 0; index < kFunctionsPerGroup; ++index) {
      group.functions.push_back(draw_function(rng));
      group.functions.back().image = index;
      group.function_ids.push_back("f" + std::to_string(index));
    }
    std::vector<Arrival> arrivals = draw_arrivals(rng, kCallsPerSecond / harmonic / rank);
    bench.calls += arrivals.size();
    group.arrivals = std::make_unique<DrawnArrivals>(std::move(arrivals));
    bench.groups.push_back(std::move(group));
  }
  return bench;
}

}  // namespace fn::sim
