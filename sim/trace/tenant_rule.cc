// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/tenant_rule.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/assert.h"
#include "sim/trace/csv.h"
#include "sim/trace/row_reader.h"

namespace fn::sim {

namespace {

constexpr std::string_view kEverything = "default";
constexpr std::string_view kOthers = "rest";

struct Assigned {
  std::string group;
  bool used = false;
};

using Assignments = std::map<std::string, Assigned, std::less<>>;

Fault take_line(const LineReader& lines, std::uint64_t name_limit, Assignments& assignments) {
  if (lines.fault() != nullptr) {
    return fault("", lines.fault(), lines.line());
  }
  const std::string_view line = lines.line();
  if (line.empty() || line.front() == '#' || (lines.number() == 1 && line.ends_with(",group"))) {
    return std::nullopt;
  }
  Fields fields;
  split(line, 2, fields);
  if (fields.size() != 2) {
    return fault("", "a line 'hash,group'", line);
  }
  if (const char* wrong = name_fault(fields[0], name_limit)) {
    return fault("hash", wrong, fields[0]);
  }
  if (const char* wrong = name_fault(fields[1], name_limit)) {
    return fault("group", wrong, fields[1]);
  }
  const bool fresh = assignments.emplace(fields[0], Assigned{std::string(fields[1])}).second;
  return fresh ? std::nullopt : Fault(fault("hash", "each hash once", fields[0]));
}

core::Result<Assignments> read_assignments(const ByteSource& file, const TraceLimits& limits) {
  Assignments assignments;
  LineReader lines(file, limits, nullptr);
  while (true) {
    const core::Result<bool> more = lines.next();
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return assignments;
    }
    Fault wrong = take_line(lines, limits.field_bytes, assignments);
    if (!wrong && assignments.size() > limits.functions) {
      wrong = too_many("", "at most " + std::to_string(limits.functions) + " lines");
    }
    if (wrong) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        describe(file.name(), lines.number(), *wrong));
    }
  }
}

core::Result<TenantGroups> by_file(const ByteSource& file,
                                   const TraceLimits& limits,
                                   const std::vector<core::TraceFunction>& functions,
                                   std::vector<std::string>& warnings) {
  core::Result<Assignments> assignments = read_assignments(file, limits);
  if (!assignments) {
    return tl::unexpected(assignments.error());
  }
  TenantGroups groups;
  for (std::uint32_t number = 0; number < functions.size(); ++number) {
    const core::TraceFunction& function = functions[number];
    std::string group(kOthers);
    bool found = false;
    for (const std::string* name : {&function.name, &function.app, &function.tenant}) {
      const auto entry = assignments->find(*name);
      if (entry == assignments->end()) {
        continue;
      }
      entry->second.used = true;
      group = found ? group : entry->second.group;
      found = true;
    }
    groups[group].push_back(number);
  }
  const auto unused = std::count_if(assignments->begin(),
                                    assignments->end(),
                                    [](const auto& entry) { return !entry.second.used; });
  if (unused > 0) {
    warnings.push_back(file.name() + ": " + std::to_string(unused) +
                       " lines name no function, app or owner of the trace");
  }
  return groups;
}

// The owners with the most calls; of two with equally many, the one whose name sorts first.
std::set<std::string> largest_owners(std::uint32_t count,
                                     const std::vector<core::TraceFunction>& functions) {
  std::map<std::string, std::uint64_t> calls;
  for (const core::TraceFunction& function : functions) {
    calls[function.tenant] += function.calls;
  }
  std::vector<std::pair<std::uint64_t, std::string>> order;
  order.reserve(calls.size());
  for (const auto& [owner, total] : calls) {
    order.emplace_back(total, owner);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& left, const auto& right) {
    return left.first > right.first;
  });
  std::set<std::string> large;
  for (std::size_t place = 0; place < order.size() && place < count; ++place) {
    large.insert(order[place].second);
  }
  return large;
}

}  // namespace

core::Result<TenantRule> parse_tenant_rule(std::string_view text) {
  using Kind = TenantRule::Kind;
  constexpr std::string_view kLargest = "owner:";
  if (text == "all") {
    return TenantRule{Kind::kAll, 0, {}};
  }
  if (text == "owner") {
    return TenantRule{Kind::kOwner, 0, {}};
  }
  if (text == "app") {
    return TenantRule{Kind::kApp, 0, {}};
  }
  if (text.starts_with(kLargest)) {
    std::uint64_t count = 0;
    const std::string_view number = text.substr(kLargest.size());
    if (!parse_whole(number, 0xffffffffU, count) || count == 0) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        "tenant rule " + quoted(text) +
                            ": expected a whole number from 1 after 'owner:', found " +
                            quoted(number));
    }
    return TenantRule{Kind::kLargestOwners, static_cast<std::uint32_t>(count), {}};
  }
  if (text.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "tenant rule: expected all, owner, app, owner:N or a CSV file");
  }
  return TenantRule{Kind::kFile, 0, std::string(text)};
}

core::Result<core::ByteSourcePtr> open_tenant_file(std::string_view rule) {
  const core::Result<TenantRule> parsed = parse_tenant_rule(rule);
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  if (parsed->kind != TenantRule::Kind::kFile) {
    return core::ByteSourcePtr();
  }
  core::Result<core::ByteSourcePtr> file = core::open_bytes(parsed->path);
  if (!file) {
    return core::fail(file.error().code,
                      "tenant rule " + quoted(parsed->path) +
                          ": expected all, owner, app, owner:N or a CSV file; " +
                          file.error().message);
  }
  return file;
}

core::Result<TenantGroups> assign_tenants(const TenantRule& rule,
                                          const ByteSource* file,
                                          const TraceLimits& limits,
                                          const std::vector<core::TraceFunction>& functions,
                                          std::vector<std::string>& warnings) {
  if (rule.kind == TenantRule::Kind::kFile) {
    FN_ASSERT(file != nullptr);
    return by_file(*file, limits, functions, warnings);
  }
  std::set<std::string> large;
  if (rule.kind == TenantRule::Kind::kLargestOwners) {
    large = largest_owners(rule.largest, functions);
  }
  TenantGroups groups;
  for (std::uint32_t number = 0; number < functions.size(); ++number) {
    const core::TraceFunction& function = functions[number];
    std::string group(kEverything);
    if (rule.kind == TenantRule::Kind::kApp) {
      group = function.app;
    } else if (rule.kind == TenantRule::Kind::kOwner || large.contains(function.tenant)) {
      group = function.tenant;
    } else if (rule.kind == TenantRule::Kind::kLargestOwners) {
      group = kOthers;
    }
    groups[group].push_back(number);
  }
  return groups;
}

}  // namespace fn::sim
