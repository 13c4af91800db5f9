// SPDX-License-Identifier: Apache-2.0
//
// `fnsim bench`: each workload three times, the median counts. Arrivals are drawn before the clock
// starts; the clock is the CPU time of the process, so that calls per second are per core.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/bench_trace.h"
#include "sim/cli/clocks.h"
#include "sim/cli/engine.h"
#include "sim/report/summary.h"
#include "sim/world/assumptions.h"
#include "sim/world/bench_workloads.h"
#include "sim/world/run_loop.h"

namespace fn::sim {

namespace {

constexpr std::size_t kRepetitions = 3;
constexpr std::string_view kTrace = "trace";

struct Timed {
  double seconds = 0;
  std::uint64_t digest = 0;
};

core::Result<Timed> run_once(std::string_view name, const BenchOptions& options, BenchRow& row) {
  BenchWorkload bench = make_bench_workload(name);
  row.calls = bench.calls;
  complete(bench.setup);
  std::vector<std::unique_ptr<GroupWorld>> worlds;
  for (GroupWorkload& group : bench.groups) {
    group.handle.value = static_cast<std::uint32_t>(worlds.size());
    worlds.push_back(std::make_unique<GroupWorld>(bench.setup, std::move(group), core::Rng(1)));
  }
  RunLoop loop(std::move(worlds), options.threads);
  // With more than one thread the time that a user waits is what they bring down.
  const auto clock = options.threads > 1 ? wall_seconds : cpu_seconds;
  const double before = clock();
  const core::Status ran = loop.run([](const MinuteReport&) { return core::Status{}; });
  if (!ran) {
    return core::fail(ran.error().code, ran.error().message);
  }
  return Timed{clock() - before, loop.digest()};
}

}  // namespace

std::vector<std::string_view> bench_workloads() {
  const auto names = bench_workload_names();
  std::vector<std::string_view> words(names.begin(), names.end());
  words.push_back(kTrace);
  return words;
}

core::Result<std::vector<BenchRow>> run_bench(const BenchOptions& options,
                                              ProgressSink& /*progress*/) {
  std::vector<BenchRow> rows;
  for (const std::string_view name : bench_workload_names()) {
    if (!options.workloads.empty() &&
        std::find(options.workloads.begin(), options.workloads.end(), name) ==
            options.workloads.end()) {
      continue;
    }
    BenchRow row;
    row.workload = name;
    std::array<double, kRepetitions> seconds{};
    for (double& taken : seconds) {
      const core::Result<Timed> timed = run_once(name, options, row);
      if (!timed) {
        return core::fail(timed.error().code, timed.error().message);
      }
      taken = timed->seconds;
      row.digest = digest_text(timed->digest);
    }
    std::sort(seconds.begin(), seconds.end());
    const double median = seconds[kRepetitions / 2];
    row.calls_per_s = static_cast<double>(row.calls) / median;
    row.ns_per_call = median * 1e9 / static_cast<double>(row.calls);
    row.peak_rss_mib = peak_rss_mib();
    rows.push_back(std::move(row));
  }
  if (options.workloads.empty() ||
      std::find(options.workloads.begin(), options.workloads.end(), kTrace) !=
          options.workloads.end()) {
    core::Result<std::vector<BenchRow>> traces = run_trace_bench();
    if (!traces) {
      return core::fail(traces.error().code, traces.error().message);
    }
    std::move(traces->begin(), traces->end(), std::back_inserter(rows));
  }
  return rows;
}

}  // namespace fn::sim
