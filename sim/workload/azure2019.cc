// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/assert.h"
#include "core/base/hash.h"
#include "core/base/rng.h"
#include "sim/workload/csv.h"
#include "sim/workload/tenant_rule.h"
#include "sim/workload/trace_arrivals.h"
#include "sim/workload/trace_table.h"
#include "sim/workload/workload.h"

namespace fn::sim {

namespace {

// The second half of the key under which Fn hashes function ids for its placement.
constexpr std::uint64_t kFnHashKey = 0x4c617279426f6174ULL;

std::string plural(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// The functions that both other files know; the rest is dropped with one warning, or refused.
core::Result<std::vector<std::uint32_t>> complete_functions(const Azure2019Sources& sources,
                                                            bool strict,
                                                            TraceTable& table) {
  std::vector<std::uint32_t> complete;
  std::vector<std::uint32_t> dropped;
  std::uint64_t dropped_calls = 0;
  for (std::uint32_t number = 0; number < table.functions.size(); ++number) {
    const TraceFunction& function = table.functions[number];
    const bool whole = function.has_durations && function.memory_mib > 0;
    (whole ? complete : dropped).push_back(number);
    dropped_calls += whole ? 0 : function.calls;
  }
  if (dropped.empty()) {
    return complete;
  }
  const TraceFunction& first = table.functions[dropped.front()];
  const ByteSource& lacking = first.has_durations ? *sources.mem : *sources.run;
  const std::string place = sources.inv->name() + ":" + std::to_string(first.line);
  const std::string id = quoted(table.ids[dropped.front()]);
  if (strict) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      place + ": field HashFunction: expected a function that " + lacking.name() +
                          " has a row for, found " + id + " (without --strict it is dropped)");
  }
  if (complete.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      place + ": field HashFunction: expected a function that " + lacking.name() +
                          " has a row for, found " + id +
                          " and no other; do the three files belong together?");
  }
  table.warnings.push_back("dropped " + plural(dropped.size(), "function") + " with " +
                           plural(dropped_calls, "call") +
                           " for lack of durations or memory; the first: " + place + ": " + id +
                           " is not in " + lacking.name());
  return complete;
}

core::FunctionSpec spec_of(const TraceFunction& function,
                           std::string_view id,
                           std::uint32_t handle,
                           DurationSource durations) {
  core::FunctionSpec spec;
  spec.key = core::siphash24(0, kFnHashKey, id);
  spec.memory = core::MemoryMib{function.memory_mib};
  spec.image = handle;
  if (durations == DurationSource::kAverage) {
    const core::Duration run = std::max(kShortestRun, function.durations.average);
    spec.cold_overhead = std::max(run, function.durations.maximum) - run;
  }
  return spec;
}

GroupWorkload make_group(const std::string& name,
                         std::vector<std::uint32_t> functions,
                         const TraceTable& table,
                         const Azure2019Sources& sources,
                         const TraceOptions& options) {
  if (options.tie == Tie::kId) {
    std::sort(functions.begin(), functions.end(), [&](std::uint32_t left, std::uint32_t right) {
      return table.ids[left] < table.ids[right];
    });
  }
  const core::Rng spread = core::Rng(options.seed).fork("workload/spread");
  const core::Rng durations = core::Rng(options.seed).fork("workload/durations");
  GroupWorkload group;
  group.name = name;
  group.label = name;
  std::vector<TraceStream> streams;
  streams.reserve(functions.size());
  group.functions.reserve(functions.size());
  group.function_ids.reserve(functions.size());
  for (const std::uint32_t number : functions) {
    const TraceFunction& function = table.functions[number];
    const std::string_view id = table.ids[number];
    const auto handle = static_cast<std::uint32_t>(streams.size());
    group.functions.push_back(spec_of(function, id, handle, options.durations));
    group.function_ids.emplace_back(id);
    streams.push_back({function.counts_offset,
                       function.calls,
                       spread.fork(id).next(),
                       durations.fork(id).next(),
                       function.durations});
  }
  if (options.timeout > core::Duration::zero()) {
    group.timeouts.assign(functions.size(), options.timeout);
  }
  group.arrivals = std::make_unique<TraceArrivals>(sources.inv, table.minutes, options, streams);
  return group;
}

std::vector<std::string> assumptions_of(const TraceTable& table, const TraceOptions& options) {
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
  lines.emplace_back("a trace counts calls in the minute in which they end; they arrive in it");
  if (options.durations == DurationSource::kAverage) {
    lines.emplace_back(
        "a call runs for its function's average, a container's first run for the maximum");
  } else {
    lines.emplace_back(
        "durations are drawn from the published percentiles, which are of 30-second averages, "
        "linear between them");
  }
  lines.emplace_back(
      table.memory_by_app
          ? "each container has the average memory of its function's whole app"
          : "each container has the average memory that the trace gives its function");
  if (options.timeout == core::Duration::zero()) {
    lines.emplace_back("functions have no time-out: a trace holds calls that finished");
  }
  return lines;
}

}  // namespace

core::Result<Workload> open_azure2019(const Azure2019Sources& sources,
                                      const TraceOptions& options) {
  const core::Result<TenantRule> rule = parse_tenant_rule(options.tenant);
  if (!rule) {
    return tl::unexpected(rule.error());
  }
  core::Result<TraceTable> table =
      read_trace_table({sources.inv, sources.run, sources.mem}, options);
  if (!table) {
    return tl::unexpected(table.error());
  }
  const auto functions = complete_functions(sources, options.strict, *table);
  if (!functions) {
    return tl::unexpected(functions.error());
  }
  core::Result<TenantGroups> groups =
      assign_tenants(*rule, sources.tenants.get(), options.limits, *functions, *table);
  if (!groups) {
    return tl::unexpected(groups.error());
  }
  if (groups->contains("total")) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "tenant rule " + quoted(options.tenant) +
                          ": expected no group of the name 'total', which the sum has; name the "
                          "groups in a CSV file");
  }
  Workload workload;
  workload.groups.reserve(groups->size());
  for (auto& [name, members] : *groups) {
    workload.groups.push_back(make_group(name, std::move(members), *table, sources, options));
  }
  workload.trace.paths = {sources.inv->name(), sources.run->name(), sources.mem->name()};
  workload.trace.sha256 = table->sha256;
  for (const std::uint32_t number : *functions) {
    workload.trace.calls += table->functions[number].calls;
  }
  workload.end = core::Instant(std::chrono::minutes(table->minutes));
  workload.assumptions = assumptions_of(*table, options);
  workload.warnings = std::move(table->warnings);
  return workload;
}

core::Result<Workload> open_azure2019(const Azure2019Files& files, const TraceOptions& options) {
  const core::Result<TenantRule> rule = parse_tenant_rule(options.tenant);
  if (!rule) {
    return tl::unexpected(rule.error());
  }
  Azure2019Sources sources;
  std::vector<std::pair<const std::string*, ByteSourcePtr*>> wanted;
  // The rule first: a mistyped one is the likelier mistake.
  if (rule->kind == TenantRule::Kind::kFile) {
    wanted.emplace_back(&rule->path, &sources.tenants);
  }
  wanted.emplace_back(&files.inv, &sources.inv);
  wanted.emplace_back(&files.run, &sources.run);
  wanted.emplace_back(&files.mem, &sources.mem);
  for (const auto& [path, source] : wanted) {
    core::Result<ByteSourcePtr> opened = open_file(*path);
    if (!opened && source == &sources.tenants) {
      return core::fail(opened.error().code,
                        "tenant rule " + quoted(*path) +
                            ": expected all, owner, app, owner:N or a CSV file; " +
                            opened.error().message);
    }
    if (!opened) {
      return tl::unexpected(opened.error());
    }
    *source = std::move(*opened);
  }
  return open_azure2019(sources, options);
}

}  // namespace fn::sim
