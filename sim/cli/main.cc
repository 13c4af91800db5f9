// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "sim/cli/fnsim.h"
#include "sim/workload/demo_trace.h"

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  const fn::sim::Engine engine{
      .run = fn::sim::run_scenario,
      .bench = fn::sim::run_bench,
      .demo_trace =
          [](const std::string& folder, std::uint64_t seed) {
            constexpr double kFullSize = 1;
            return fn::sim::write_demo_trace(folder, seed, kFullSize);
          },
      .bench_workloads = fn::sim::bench_workloads(),
  };
  return fn::sim::fnsim(arguments, fn::sim::process_console(), engine);
}
