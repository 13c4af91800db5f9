// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "sim/cli/exit_code.h"
#include "sim/cli/fnsim.h"
#include "sim/cli/interrupt.h"

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  const fn::sim::Engine engine{
      .run =
          [](const fn::sim::Scenario& scenario,
             const fn::sim::RunOptions& options,
             fn::sim::ProgressSink& progress) {
            fn::sim::watch_for_interrupts();
            return fn::sim::run_scenario(scenario, options, progress);
          },
      .bench = fn::sim::run_bench,
      .bench_workloads = fn::sim::bench_workloads(),
  };
  const int status = fn::sim::fnsim(arguments, fn::sim::process_console("fnsim"), engine);
  if (const int signal = fn::sim::interrupted(); signal != 0 && status != fn::sim::kExitOk) {
    fn::sim::end_by(signal);
  }
  return status;
}
