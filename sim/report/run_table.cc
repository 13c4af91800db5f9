// SPDX-License-Identifier: Apache-2.0

#include "sim/report/run_table.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/assert.h"
#include "core/facts/fact_names.h"
#include "sim/report/readable.h"

namespace fn::sim {
namespace {

std::optional<double> tail(const std::optional<Percentiles>& spread) {
  return spread ? std::optional<double>(spread->p99) : std::nullopt;
}

TextTable::Row row_of(const std::string& name, const GroupSummary& summary) {
  const auto calls = static_cast<double>(summary.calls);
  const auto completed = static_cast<double>(summary.completed);
  return {name,
          readable_count(summary.calls),
          readable_share(static_cast<double>(summary.cold), completed),
          readable_share(static_cast<double>(summary.refused), calls),
          readable_share(summary.within_slo.value_or(0) * calls, calls),
          readable_milliseconds(tail(summary.wait_ms)),
          readable_milliseconds(tail(summary.latency_ms)),
          readable_amount(summary.runner_hours),
          readable_amount(summary.cost),
          readable_count(summary.scale_ups),
          readable_count(summary.scale_downs),
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

// What decided: "policy: npm.scaler=steady lb.placer=chbl runner.keep_alive=lru".
std::string policy_line(const RunSummary& run) {
  std::string out;
  for (const std::string_view key : {"npm.scaler", "lb.placer", "runner.keep_alive"}) {
    for (const ConfigEntry& entry : run.config) {
      const auto* name = std::get_if<std::string>(&entry.value);
      if (entry.key == key && name != nullptr) {
        out += out.empty() ? "policy: " : " ";
        out += entry.key + "=" + *name;
      }
    }
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace

std::string run_table(const RunSummary& run, const TableStyle& style) {
  TextTable table;
  table.head({"",
              "",
              "cold",
              "refused",
              "in SLO",
              "wait",
              "latency",
              "runner",
              "",
              "runners",
              "runners",
              "turns of"});
  table.head({"group",
              "calls",
              "%",
              "%",
              "%",
              "p99",
              "p99",
              "hours",
              "cost",
              "asked",
              "given up",
              "scaling"});
  const auto groups = shown_groups(run, style.groups);
  for (const std::size_t place : groups) {
    table.row(row_of(run.groups[place].group, run.groups[place]));
  }
  table.strong(row_of("total", run.total));
  std::string out = policy_line(run) + table.text(style);
  if (groups.size() < run.groups.size()) {
    out += std::to_string(run.groups.size() - groups.size()) +
           " smaller groups are not shown; groups.csv and summary.json have all.\n";
  }
  return out;
}

std::string reasons_lines(const CallCounts& calls, const TableStyle& style) {
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
  std::string line = "not completed:";
  for (const auto& [count, reason] : reasons) {
    std::string words = " " + std::to_string(count) + " ";
    words += reason == core::RefusalReason::kNone ? "failed while running" : core::name_of(reason);
    words += &reason == &reasons.back().second ? "" : ",";
    if (line.size() + words.size() > style.width) {
      out += line + "\n";
      line = " ";
    }
    line += words;
  }
  return reasons.empty() ? "" : out + line + "\n";
}

std::string demand_table(const RunSummary& run,
                         std::span<const DemandStrip> strips,
                         const TableStyle& style) {
  FN_ASSERT(strips.size() == run.groups.size());
  if (strips.empty()) {
    return {};
  }
  TextTable table;
  for (const std::size_t place : shown_groups(run, style.groups)) {
    const std::optional<std::uint64_t> highest = strips[place].highest_percent();
    table.row({run.groups[place].group,
               strips[place].text(style.unicode),
               highest ? readable_count(*highest) + " %" : "-"});
  }
  const std::string minutes = std::to_string(strips.front().minutes_per_cell());
  std::string out = "demand over capacity, highest per " + minutes + " min: ";
  out += style.unicode ? "█ 100 %, ▄ 50 %" : "8 100 %, 4 50 %";
  return out + ", . none, ! more; then of all\n" + table.text(style);
}

}  // namespace fn::sim
