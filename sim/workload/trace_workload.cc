// SPDX-License-Identifier: Apache-2.0
//
// A trace's functions become groups of functions with streams of their own; its calls follow
// through one feed for all.

#include <algorithm>
#include <utility>

#include "core/base/rng.h"
#include "core/placement/jump_hash.h"
#include "sim/trace/csv.h"
#include "sim/trace/quantiles.h"
#include "sim/trace/tenant_rule.h"
#include "sim/workload/trace_arrivals.h"
#include "sim/workload/workload.h"

namespace fn::sim {

namespace {

struct Functions {
  std::vector<core::TraceFunction> of_trace;
  std::vector<std::string> ids;
};

core::FunctionSpec spec_of(const core::TraceFunction& function,
                           const std::string& id,
                           std::uint32_t handle,
                           DurationSource durations) {
  core::FunctionSpec spec;
  spec.key = core::placement_key(id);
  spec.memory = core::MemoryMib{function.memory_mib};
  spec.image = handle;
  if (durations == DurationSource::kAverage) {
    const core::Duration run = std::max(kShortestRun, function.durations.average);
    spec.cold_overhead = std::max(run, function.durations.maximum) - run;
  }
  return spec;
}

// Everything but the arrivals; the places of the group's functions enter `places`.
GroupWorkload make_group(const std::string& name,
                         const std::vector<std::uint32_t>& members,
                         std::uint32_t number,
                         const Functions& functions,
                         const TraceOptions& options,
                         std::vector<TraceFeed::Place>& places) {
  GroupWorkload group;
  group.name = name;
  group.label = name;
  group.functions.reserve(members.size());
  group.function_ids.reserve(members.size());
  for (const std::uint32_t member : members) {
    const auto handle = static_cast<std::uint32_t>(group.functions.size());
    const std::string& id = functions.ids[member];
    group.functions.push_back(spec_of(functions.of_trace[member], id, handle, options.durations));
    group.function_ids.push_back(id);
    places[member] = {number, handle};
  }
  if (options.timeout > core::Duration::zero()) {
    group.timeouts.assign(members.size(), options.timeout);
  }
  return group;
}

std::vector<TraceStream> streams_of(const std::vector<std::uint32_t>& members,
                                    const Functions& functions,
                                    std::uint64_t seed) {
  const core::Rng spread = core::Rng(seed).fork("workload/spread");
  const core::Rng durations = core::Rng(seed).fork("workload/durations");
  std::vector<TraceStream> streams;
  streams.reserve(members.size());
  for (const std::uint32_t member : members) {
    const core::TraceFunction& function = functions.of_trace[member];
    const std::string& id = functions.ids[member];
    streams.push_back(
        {function.calls, spread.fork(id).next(), durations.fork(id).next(), function.durations});
  }
  return streams;
}

std::vector<std::string> assumptions_of(const core::TraceHead& head, const TraceOptions& options) {
  std::vector<std::string> lines;
  switch (options.spread) {
    case Spread::kUniform:
      lines.emplace_back("the calls of a minute arrive at seeded uniform random times inside it");
      break;
    case Spread::kEven:
      lines.emplace_back("the n calls of a function in a minute arrive 60 s / n apart");
      break;
    case Spread::kMidpoint:
      lines.emplace_back("call j of n of a function in a minute arrives at (2j + 1) * 30 s / n");
      break;
    case Spread::kStart:
      lines.emplace_back("the calls of a minute all arrive at its first instant");
      break;
  }
  if (options.durations == DurationSource::kAverage) {
    lines.emplace_back(
        "a call runs for its function's average, a container's first run for the maximum");
  } else {
    lines.emplace_back(
        "durations are drawn from the published percentiles, which are of 30-second averages, "
        "linear between them");
  }
  // Of calls that are known one by one, none of this is assumed.
  const bool counted = std::any_of(
      head.functions.begin(), head.functions.end(), [](const core::TraceFunction& function) {
        return function.durations.maximum > core::Duration::zero();
      });
  if (!counted) {
    lines.clear();
  }
  lines.insert(lines.end(), head.notes.begin(), head.notes.end());
  if (options.timeout == core::Duration::zero()) {
    lines.emplace_back("functions have no time-out: a trace holds calls that finished");
  }
  return lines;
}

core::Status check_names(const TenantGroups& groups, const TraceOptions& options) {
  if (groups.contains("total")) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "tenant rule " + quoted(options.tenant) +
                          ": expected no group of the name 'total', which the sum has; name the "
                          "groups in a CSV file");
  }
  return {};
}

}  // namespace

core::Result<Workload> open_trace(TraceReaderPtr reader,
                                  const TraceOptions& options,
                                  const core::ByteSource* tenants) {
  const core::Result<TenantRule> rule = parse_tenant_rule(options.tenant);
  if (!rule) {
    return tl::unexpected(rule.error());
  }
  const core::TraceHead& head = reader->head();
  Workload workload;
  workload.warnings = reader->warnings();
  core::Result<TenantGroups> groups =
      assign_tenants(*rule, tenants, options.limits, head.functions, workload.warnings);
  if (!groups) {
    return tl::unexpected(groups.error());
  }
  if (core::Status named = check_names(*groups, options); !named) {
    return tl::unexpected(named.error());
  }
  const Functions functions{head.functions, function_ids(head.functions)};
  std::vector<TraceFeed::Place> places(functions.of_trace.size());
  for (auto& [name, members] : *groups) {
    if (options.tie == Tie::kId) {
      const auto is_before = [&functions](std::uint32_t left, std::uint32_t right) {
        return functions.ids[left] < functions.ids[right];
      };
      std::sort(members.begin(), members.end(), is_before);
    }
    const auto number = static_cast<std::uint32_t>(workload.groups.size());
    workload.groups.push_back(make_group(name, members, number, functions, options, places));
  }
  workload.trace.paths = reader->paths();
  workload.trace.sha256 = head.sha256;
  for (const core::TraceFunction& function : functions.of_trace) {
    workload.trace.calls += function.calls;
  }
  workload.end = core::Instant(core::Duration(head.end_ns - head.begin_ns));
  workload.assumptions = assumptions_of(head, options);
  const auto feed = std::make_shared<TraceFeed>(
      std::move(reader), std::move(places), workload.groups.size(), options.limits);
  for (GroupWorkload& group : workload.groups) {
    const auto number = static_cast<std::uint32_t>(&group - workload.groups.data());
    group.arrivals = std::make_unique<TraceArrivals>(
        feed, number, options, streams_of(groups->at(group.name), functions, options.seed));
  }
  return workload;
}

}  // namespace fn::sim
