// SPDX-License-Identifier: Apache-2.0
//
// The workloads of `fnsim bench`, the same as those of the hand-written yardstick: arrivals,
// functions and durations are drawn before the clock starts. What the yardstick leaves out is left
// out of w1 and cluster-*: networks, health checks, and advertisements but for one each day.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sim/workload/workload.h"
#include "sim/world/group_setup.h"

namespace fn::sim {

struct BenchWorkload {
  GroupSetup setup;
  std::vector<GroupWorkload> groups;
  std::uint64_t calls = 0;
};

// "w1", "cluster-1k", "cluster-10k", "tenants-1k".
std::span<const std::string_view> bench_workload_names();

// REQUIRES: a name of the list.
BenchWorkload make_bench_workload(std::string_view name);

// Many tenants, scaled by our default policy.
BenchWorkload make_tenants_workload();

}  // namespace fn::sim
