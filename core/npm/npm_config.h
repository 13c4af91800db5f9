// SPDX-License-Identifier: Apache-2.0
//
// All that the node pool manager can be configured with for one group. The defaults are those of
// the simulator without a scenario and of the services without configuration.

#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/capacity/capacity_merger.h"
#include "core/pool/lb_group.h"
#include "core/pool/rested_runners.h"
#include "core/scaling/scaler_config.h"

namespace fn::core {

struct NpmConfig {
  // Who decides about size: "steady", "kpa", "fixed" or "fn-2018". With "fn-2018" the whole NPM
  // follows the seed's rules (seed_rules()), whatever the other knobs say.
  std::string scaler = "steady";
  ScalerConfig scaling;
  // How the LBs' claims are merged; the lease of a silent LB.
  CapacityMergerConfig merging;
  // Orders, drains and the limit of runners.
  LbGroupConfig pool;
  // When a runner that the LBs rest is replaced.
  RestedRunnersConfig health;
  // After a start, a decision waits so long for the provider's first list: a restarted NPM must
  // know the runners that exist before it asks for more.
  Duration first_list_wait = std::chrono::seconds(5);
};

// `config` as it is when its scaler follows the seed's rules of 2018: purge each 5 s, order of
// arrival, drains of 50 s to the end, orders without deadline, no replacement of rested runners.
NpmConfig with_seed_rules(NpmConfig config);

// Whether a machine can be built from it: a known scaler, percentages and windows in their ranges.
// The message begins with the knob's key under `npm.`, then says what is allowed and was found.
Status check(const NpmConfig& config);

}  // namespace fn::core
