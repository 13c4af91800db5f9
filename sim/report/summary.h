// SPDX-License-Identifier: Apache-2.0
//
// The result of one run and its written forms. summary.json (schema "fnsim.summary/1") is a stable
// contract: sim/README.md has the meaning, unit and edge case of each field. Keys come in a fixed
// order and numbers with fixed decimals, so that equal runs give equal bytes but for wall_s, cpu_s,
// calls_per_cpu_s and peak_rss_mib.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/value.h"
#include "sim/report/group_summary.h"

namespace fn::sim {

inline constexpr std::string_view kSummarySchema = "fnsim.summary/1";

struct TraceOrigin {
  std::vector<std::string> path;
  // Of all files together, in hexadecimal digits.
  std::string sha256;
  std::uint64_t calls = 0;
};

struct ConfigEntry {
  std::string key;
  core::Value value;
};

struct RunSummary {
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
  std::uint64_t digest = 0;
  // Nothing: the workload was made, not read.
  std::optional<TraceOrigin> trace;
  std::vector<ConfigEntry> config;
  std::vector<std::string> assumptions;
  double simulated_s = 0;
  double wall_s = 0;
  double cpu_s = 0;
  std::optional<double> calls_per_cpu_s;
  double peak_rss_mib = 0;
  GroupSummary total;
  // In the order of their names.
  std::vector<GroupSummary> groups;
};

// 16 hexadecimal digits.
std::string digest_text(std::uint64_t digest);

// The text of summary.json, with a line break at its end.
std::string to_json(const RunSummary& run);

// The text of groups.csv: a heading, a row for the total, a row per group; null is an empty cell.
std::string to_csv(const RunSummary& run);

// A figure of a group (empty: of the total) by its name in summary.json ("wait_ms.p99"), or
// simulated_s of the run; nothing where it is null, or where there is no such group or figure.
std::optional<double> look_up(const RunSummary& run,
                              std::string_view group,
                              std::string_view field);

}  // namespace fn::sim
