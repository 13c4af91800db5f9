// SPDX-License-Identifier: Apache-2.0
//
// A simulated runner: the core's machine and what the world knows beside it.

#pragma once

#include <cstdint>
#include <vector>

#include "core/runner/runner.h"

namespace fn::sim {

struct RunnerNode {
  RunnerNode(core::RunnerHandle handle_of,
             const core::RunnerConfig& config,
             const core::FunctionTable& functions)
      : handle(handle_of), machine(config, functions) {}

  core::RunnerHandle handle;
  core::Runner machine;
  core::Instant armed = core::kNever;  // the deadline in the agenda
  std::int64_t idle_mib = 0;           // as the recorder knows it
  // How long the start of each container took, by container handle.
  std::vector<core::Duration> start_took;
};

}  // namespace fn::sim
