// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/rng.h"
#include "core/placement/jump_hash.h"
#include "sim/workload/sampling.h"
#include "sim/workload/synthetic_arrivals.h"
#include "sim/workload/synthetic_check.h"
#include "sim/workload/workload.h"

namespace fn::sim {

namespace {

core::MemoryMib draw_memory(const MemoryShape& shape, core::Rng rng) {
  if (shape.kind == MemoryKind::kChoices) {
    return shape.choices[rng.below(shape.choices.size())];
  }
  const double mib =
      burr_quantile(open_unit(rng.next()), shape.burr_c, shape.burr_k, shape.burr_scale_mib);
  const double most = static_cast<double>(shape.most.value);
  return core::MemoryMib{
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(std::min(mib, most))))};
}

core::Duration mean_run(const DurationShape& shape) {
  if (shape.kind != DurationKind::kLognormal) {
    return shape.mean;
  }
  const double ns =
      static_cast<double>(shape.median.count()) * natural_exp(shape.sigma * shape.sigma / 2);
  return core::Duration(
      static_cast<std::int64_t>(std::min(ns, static_cast<double>(shape.longest.count()))));
}

GroupWorkload make_group(const SyntheticGroup& group,
                         const SyntheticConfig& config,
                         std::uint64_t seed) {
  GroupWorkload made;
  made.name = group.name;
  made.label = group.label.empty() ? group.name : group.label;
  const core::Rng streams = core::Rng(seed).fork(made.label);
  const core::Rng memory = streams.fork("workload/memory");
  bool any_timeout = false;
  for (const FunctionFamily& family : group.families) {
    any_timeout = any_timeout || family.timeout > core::Duration::zero();
    const core::Duration mean = mean_run(family.durations);
    for (std::uint32_t index = 0; index < family.count; ++index) {
      const std::string id = function_id(family, index);
      core::FunctionSpec spec;
      spec.key = core::placement_key(id);
      spec.memory = draw_memory(family.memory, memory.fork(id));
      spec.cpu = family.cpu;
      spec.cold_overhead = first_run(family.durations, mean) - mean;
      spec.image = static_cast<std::uint32_t>(made.functions.size());
      made.functions.push_back(spec);
      made.function_ids.push_back(id);
      made.timeouts.push_back(family.timeout > core::Duration::zero() ? family.timeout
                                                                      : core::kForever);
    }
  }
  if (!any_timeout) {
    made.timeouts.clear();
  }
  const bool endless = config.duration == core::Duration::zero();
  made.arrivals =
      std::make_unique<SyntheticArrivals>(group.families,
                                          endless ? core::kNever : core::Instant(config.duration),
                                          config.calls == 0 ? ~std::uint64_t{0} : config.calls,
                                          streams);
  return made;
}

}  // namespace

core::Result<Workload> make_synthetic(const SyntheticConfig& config, std::uint64_t seed) {
  if (core::Status checked = check_synthetic(config); !checked) {
    return tl::unexpected(checked.error());
  }
  Workload workload;
  for (const SyntheticGroup& group : config.groups) {
    workload.groups.push_back(make_group(group, config, seed));
  }
  std::sort(
      workload.groups.begin(),
      workload.groups.end(),
      [](const GroupWorkload& left, const GroupWorkload& right) { return left.name < right.name; });
  if (config.duration > core::Duration::zero()) {
    workload.end = core::Instant(config.duration);
  }
  workload.assumptions.emplace_back("calls are drawn from arrival processes, not from a trace");
  return workload;
}

}  // namespace fn::sim
