// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sim/report/trace_report.h"

namespace fn::sim {

namespace {

using Json = nlohmann::ordered_json;

Json spread_json(const std::optional<Spread7>& spread) {
  constexpr std::array<std::string_view, 7> kNames = {
      "p1", "p25", "p50", "p75", "p90", "p99", "max"};
  if (!spread) {
    return nullptr;
  }
  Json json;
  for (std::size_t index = 0; index < kNames.size(); ++index) {
    json[std::string(kNames[index])] = spread->ms[index];
  }
  return json;
}

Json loads_json(const TraceStatistics& statistics) {
  Json tenants = Json::array();
  for (const TenantLoad& load : statistics.loads) {
    tenants.push_back({{"tenant", load.tenant},
                       {"functions", load.functions},
                       {"calls", load.calls},
                       {"runners_mean", load.mean_runners},
                       {"runners_peak", load.peak_runners}});
  }
  return tenants;
}

}  // namespace

std::string trace_json(const core::TraceHead& head,
                       const TraceStatistics& statistics,
                       core::MemoryMib runner) {
  constexpr std::array<std::string_view, 5> kLargest = {
      "one", "ten", "percent_1", "percent_5", "percent_20"};
  Json json;
  json["schema"] = "fnsim.trace/1";
  json["sha256"] = head.sha256;
  json["calls"] = statistics.calls;
  json["calls_counted_per_minute"] = statistics.counted_calls;
  json["functions"] = head.functions.size();
  json["apps"] = statistics.apps;
  json["tenants"] = statistics.tenants;
  json["origin_unix_ns"] = head.origin_unix_ns;
  json["begin_ns"] = head.begin_ns;
  json["end_ns"] = head.end_ns;
  json["minutes"] = statistics.minutes;
  json["busiest_minute_calls"] = statistics.busiest_minute;
  json["calls_in_equal_parts"] = statistics.rate;
  for (std::size_t index = 0; index < kLargest.size(); ++index) {
    json["share_of_largest"][std::string(kLargest[index])] = statistics.largest_shares[index];
  }
  json["gap_ms"] = spread_json(statistics.gaps);
  json["duration_ms"] = spread_json(statistics.durations);
  json["triggers"] = Json::object();
  for (const auto& [kind, share] : statistics.triggers) {
    json["triggers"][kind] = {{"functions", share.functions}, {"calls", share.calls}};
  }
  json["runner_memory_mib"] = runner.value;
  json["offered_load"] = loads_json(statistics);
  json["assumptions"] = head.notes;
  json["trust"] = Json::array();
  for (const Doubt& doubt : doubts_of(head, statistics)) {
    json["trust"].push_back(
        {{"kind", doubt.kind}, {"count", doubt.count}, {"meaning", doubt.meaning}});
  }
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fn::sim
