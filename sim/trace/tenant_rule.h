// SPDX-License-Identifier: Apache-2.0
//
// Which functions of a trace share an LB group: `--tenant all|owner|app|owner:N|FILE`.
//
// FILE is a CSV file of lines "hash,group": the name of a function, an app or an owner, and the
// name of its group. A first line "...,group" is a header, empty lines and lines that begin with
// '#' are skipped. A function's own line goes before its app's, and this before its owner's; what
// no line mentions goes to the group "rest". A hash twice is an error, one that the trace does not
// have is counted and warned about.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/trace_model.h"
#include "sim/trace/csv.h"

namespace fn::sim {

struct TenantRule {
  enum class Kind : std::uint8_t { kAll, kOwner, kApp, kLargestOwners, kFile };

  Kind kind = Kind::kAll;
  std::uint32_t largest = 0;  // kLargestOwners
  std::string path;           // kFile
};

// Everything that is no rule by name is taken for the path of a file.
core::Result<TenantRule> parse_tenant_rule(std::string_view text);

// The file of a rule of kind kFile; null for the others. Asked before a trace is read, since a
// mistyped rule is the likelier mistake.
core::Result<core::ByteSourcePtr> open_tenant_file(std::string_view rule);

// The functions (by number, in order) of each group, in the order of the groups' names.
using TenantGroups = std::map<std::string, std::vector<std::uint32_t>>;

// Deals out all functions. `file` is read for a rule of kind kFile only and may be null otherwise;
// lines of it that name nothing are warned about.
core::Result<TenantGroups> assign_tenants(const TenantRule& rule,
                                          const ByteSource* file,
                                          const TraceLimits& limits,
                                          const std::vector<core::TraceFunction>& functions,
                                          std::vector<std::string>& warnings);

}  // namespace fn::sim
