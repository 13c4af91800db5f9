// SPDX-License-Identifier: Apache-2.0

#include "sim/report/run_table.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/facts/fact_names.h"
#include "sim/report/readable.h"

namespace fn::sim {
namespace {

std::optional<double> median(const std::optional<Percentiles>& spread) {
  return spread ? std::optional<double>(spread->p50) : std::nullopt;
}

std::optional<double> tail(const std::optional<Percentiles>& spread) {
  return spread ? std::optional<double>(spread->p99) : std::nullopt;
}

TextTable::Row row_of(const std::string& name, const GroupSummary& summary) {
  const auto calls = static_cast<double>(summary.calls);
  const auto completed = static_cast<double>(summary.completed);
  return {name,
          readable_count(summary.calls),
          readable_share(static_cast<double>(summary.cold), completed),
          readable_share(calls - completed, calls),
          readable_share(summary.within_slo.value_or(0) * calls, calls),
          readable_milliseconds(median(summary.wait_ms)),
          readable_milliseconds(tail(summary.wait_ms)),
          readable_milliseconds(tail(summary.latency_ms)),
          readable_amount(summary.runner_hours),
          summary.runners_peak ? readable_count(*summary.runners_peak) : "-",
          readable_count(summary.scale_ups),
          readable_count(summary.direction_changes)};
}

// Places of the groups with most calls, as many as are shown, in the order of the run.
std::vector<std::size_t> shown_groups(const RunSummary& run, std::size_t most) {
  std::vector<std::size_t> places(run.groups.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  if (places.size() > most) {
    std::stable_sort(places.begin(), places.end(), [&run](std::size_t left, std::size_t right) {
      return run.groups[left].calls > run.groups[right].calls;
    });
    places.resize(most);
    std::sort(places.begin(), places.end());
  }
  return places;
}

}  // namespace

std::string run_table(const RunSummary& run, const TableStyle& style) {
  TextTable table;
  table.head({"",
              "",
              "cold",
              "lost",
              "in SLO",
              "wait",
              "wait",
              "latency",
              "runner",
              "runners",
              "runners",
              "turns of"});
  table.head(
      {"group", "calls", "%", "%", "%", "p50", "p99", "p99", "hours", "peak", "asked", "scaling"});
  const auto groups = shown_groups(run, style.groups);
  for (const std::size_t place : groups) {
    table.row(row_of(run.groups[place].group, run.groups[place]));
  }
  table.strong(row_of("total", run.total));
  std::string out = table.text(style);
  if (groups.size() < run.groups.size()) {
    out += std::to_string(run.groups.size() - groups.size()) +
           " smaller groups are not shown; groups.csv and summary.json have all.\n";
  }
  return out;
}

std::string reasons_line(const CallCounts& calls) {
  std::vector<std::pair<std::uint64_t, core::RefusalReason>> reasons;
  for (std::size_t index = 0; index < calls.reasons.size(); ++index) {
    if (calls.reasons[index] > 0) {
      reasons.emplace_back(calls.reasons[index], static_cast<core::RefusalReason>(index));
    }
  }
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& left, const auto& right) {
    return left.first > right.first;
  });
  std::string out;
  for (const auto& [count, reason] : reasons) {
    out += out.empty() ? "not completed: " : ", ";
    out += std::to_string(count) + " ";
    out += reason == core::RefusalReason::kNone ? "failed while running" : core::name_of(reason);
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace fn::sim
