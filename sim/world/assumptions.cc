// SPDX-License-Identifier: Apache-2.0

#include "sim/world/assumptions.h"

#include <array>

namespace fn::sim {

namespace {

constexpr std::array<std::string_view, 4> kAssumptions = {
    "executions take as long as the workload says, however many share a runner's CPUs",
    "messages between nodes take a constant time and are not lost",
    "a group's runners are all of one size",
    "idle containers are removed and frozen in no time",
};

}  // namespace

std::span<const std::string_view> world_assumptions() {
  return kAssumptions;
}

void complete(GroupSetup& setup) {
  if (setup.lb.largest_runner.value == 0) {
    setup.lb.largest_runner = setup.runner.memory;
  }
  if (setup.lb.largest_runner_cpu.value == 0) {
    setup.lb.largest_runner_cpu = setup.runner.cpu;
  }
  setup.recorder.runner_memory = setup.runner.memory;
  setup.lb.runners_refuse_when_full = !setup.runner.queue_when_full;
  setup.npm.scaling.planned_memory_mib = static_cast<std::uint32_t>(setup.runner.memory.value);
  setup.npm.scaling.planned_cpu_milli = static_cast<std::uint32_t>(setup.runner.cpu.value);
}

}  // namespace fn::sim
