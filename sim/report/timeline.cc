// SPDX-License-Identifier: Apache-2.0

#include "sim/report/timeline.h"

#include <cstdint>

#include "sim/report/text.h"

namespace fn::sim {
namespace {

constexpr int kMillisecondDecimals = 3;

void append_count(std::string& out, std::uint64_t value) {
  out += ',';
  append_integer(out, value);
}

void append_milliseconds(std::string& out, const std::optional<core::Duration>& value) {
  out += ',';
  if (value) {
    append_fixed(out, static_cast<double>(value->count()) / 1e6, kMillisecondDecimals);
  }
}

}  // namespace

std::string_view timeline_heading() {
  return "group,minute,demand_mib,capacity_mib,requested,booting,active,draining,arrived,waiting,"
         "cold,refused,wait_p50_ms,wait_p99_ms\n";
}

void append_timeline_row(std::string& out, std::string_view group, const MinuteRow& row) {
  append_csv_cell(out, group);
  append_count(out, static_cast<std::uint64_t>((row.end - core::Instant{}) / kMinute) - 1);
  append_count(out, row.demand_mib);
  append_count(out, row.capacity_mib);
  append_count(out, row.runners.requested);
  append_count(out, row.runners.booting);
  append_count(out, row.runners.active);
  append_count(out, row.runners.draining);
  append_count(out, row.arrived);
  append_count(out, row.waiting);
  append_count(out, row.cold);
  append_count(out, row.refused);
  append_milliseconds(out, row.wait_p50);
  append_milliseconds(out, row.wait_p99);
  out += '\n';
}

}  // namespace fn::sim
