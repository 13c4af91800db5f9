// SPDX-License-Identifier: Apache-2.0
//
// Everything one group's world is built from, besides its functions and arrivals.

#pragma once

#include <string>

#include "core/lb/lb_config.h"
#include "core/npm/npm_config.h"
#include "core/runner/runner_config.h"
#include "sim/report/group_recorder.h"
#include "sim/scenario/world_config.h"

namespace fn::sim {

struct GroupSetup {
  NodesConfig nodes;
  core::LbConfig lb;
  core::RunnerConfig runner;
  core::NpmConfig npm;
  ProviderConfig provider;
  NetworkConfig network;
  ContainerConfig container;
  CallerConfig caller;
  RecorderConfig recorder;
  // Keep the facts for decisions.jsonl.
  bool keep_decisions = false;
};

}  // namespace fn::sim
