// SPDX-License-Identifier: Apache-2.0

#include "sim/report/compare_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/assert.h"
#include "sim/report/figures.h"
#include "sim/report/readable.h"
#include "sim/report/text.h"

namespace fn::sim {
namespace {

enum class Form : std::uint8_t { kCount, kAmount, kMilliseconds, kPercent };
enum class Better : std::uint8_t { kNeither, kLower, kHigher };

struct Line {
  std::string_view figure;
  std::string_view words;
  Form form = Form::kCount;
  Better better = Better::kNeither;
};

constexpr std::array kLines = {
    Line{"calls", "calls", Form::kCount, Better::kNeither},
    Line{"completed", "completed", Form::kCount, Better::kHigher},
    Line{"refused", "refused", Form::kCount, Better::kLower},
    Line{"timed_out", "timed out", Form::kCount, Better::kLower},
    Line{"failed", "failed", Form::kCount, Better::kLower},
    Line{"cold", "cold starts", Form::kCount, Better::kLower},
    Line{"within_slo", "within SLO, % of all calls", Form::kPercent, Better::kHigher},
    Line{"wait_ms.mean", "wait, mean", Form::kMilliseconds, Better::kLower},
    Line{"wait_ms.p50", "wait, p50", Form::kMilliseconds, Better::kLower},
    Line{"wait_ms.p99", "wait, p99", Form::kMilliseconds, Better::kLower},
    Line{"wait_ms.p99_9", "wait, p99.9", Form::kMilliseconds, Better::kLower},
    Line{"latency_ms.p99", "latency, p99", Form::kMilliseconds, Better::kLower},
    Line{"runner_hours", "runner hours", Form::kAmount, Better::kLower},
    Line{"cost", "cost", Form::kAmount, Better::kLower},
    Line{"cost_idle", "cost of what was idle", Form::kAmount, Better::kLower},
    Line{"idle_gib_hours", "idle containers, GiB hours", Form::kAmount, Better::kLower},
    Line{"runners_mean", "runners, mean", Form::kAmount, Better::kNeither},
    Line{"runners_peak", "runners, peak", Form::kCount, Better::kNeither},
    Line{"scale_ups", "runners asked for", Form::kCount, Better::kLower},
    Line{"scale_downs", "runners given up", Form::kCount, Better::kLower},
    Line{"direction_changes", "turns of scaling", Form::kCount, Better::kLower},
    Line{"drains_cut", "calls cut by a drain", Form::kCount, Better::kLower},
};

constexpr std::array<std::string_view, 3> kOfGroups = {
    "wait_ms.p99", "runner_hours", "direction_changes"};

constexpr std::size_t kLabelWidth = 12;
constexpr std::size_t kWordsWidth = 28;
constexpr std::size_t kGap = 2;

const Line& line_of(std::string_view figure) {
  const auto* found = std::find_if(
      kLines.begin(), kLines.end(), [figure](const Line& line) { return line.figure == figure; });
  FN_ASSERT(found != kLines.end());
  return *found;
}

std::optional<double> value_of(const Line& line, const GroupSummary& summary) {
  const Figure* figure = find_figure(line.figure);
  FN_ASSERT(figure != nullptr);
  return figure->get(summary);
}

std::string shown(const Line& line, const GroupSummary& summary) {
  const std::optional<double> value = value_of(line, summary);
  if (!value) {
    return "-";
  }
  switch (line.form) {
    case Form::kCount:
      return readable_count(static_cast<std::uint64_t>(*value));
    case Form::kAmount:
      return readable_amount(value);
    case Form::kMilliseconds:
      return readable_milliseconds(value);
    case Form::kPercent:
      return readable_share(*value, 1);
  }
  return "-";
}

// "-43.1 %, better", "3.2 times, worse", "same"; empty where there is nothing to compare.
std::string change_text(const Line& line, const GroupSummary& from, const GroupSummary& to) {
  const std::optional<double> before = value_of(line, from);
  const std::optional<double> after = value_of(line, to);
  if (!before || !after) {
    return "";
  }
  if (*before == *after) {
    return "same";
  }
  std::string text;
  if (*before == 0) {
    text = "was none";
  } else if (*after > 2 * *before) {
    text = readable_amount(*after / *before) + " times";
  } else {
    append_fixed(text, 100 * (*after / *before - 1), 1);
    text = (*after > *before ? "+" : "") + text + " %";
  }
  if (line.better != Better::kNeither) {
    text += (*after < *before) == (line.better == Better::kLower) ? ", better" : ", worse";
  }
  return text;
}

std::string label_of(const LabelledRun& run) {
  return fit(run.label, kLabelWidth);
}

// The scaling policy by its name; a dash where the summary does not tell it.
std::string scaler_of(const RunSummary& run) {
  for (const ConfigEntry& entry : run.config) {
    const auto* name = std::get_if<std::string>(&entry.value);
    if (entry.key == "npm.scaler" && name != nullptr) {
      return *name;
    }
  }
  return "-";
}

std::string total_block(std::span<const LabelledRun> runs,
                        bool with_change,
                        const TableStyle& style) {
  TextTable table;
  TextTable::Row head{"whole run"};
  for (const LabelledRun& run : runs) {
    head.push_back(label_of(run));
  }
  if (with_change) {
    head.emplace_back("change");
  }
  table.head(head);
  TextTable::Row policies{"scaling policy"};
  for (const LabelledRun& run : runs) {
    policies.push_back(fit(scaler_of(*run.run), kLabelWidth));
  }
  table.row(policies);
  for (const Line& line : kLines) {
    TextTable::Row row{std::string(line.words)};
    for (const LabelledRun& run : runs) {
      row.push_back(shown(line, run.run->total));
    }
    if (with_change) {
      row.push_back(change_text(line, runs.front().run->total, runs.back().run->total));
    }
    table.row(row);
  }
  return table.text(style);
}

const GroupSummary* find_group(const RunSummary& run, std::string_view name) {
  const auto found = std::find_if(run.groups.begin(), run.groups.end(), [name](const auto& group) {
    return group.group == name;
  });
  return found == run.groups.end() ? nullptr : &*found;
}

// Names of the groups with most calls in any run, in order.
std::set<std::string_view> group_names(std::span<const LabelledRun> runs, std::size_t most) {
  std::vector<const GroupSummary*> groups;
  for (const LabelledRun& run : runs) {
    for (const GroupSummary& group : run.run->groups) {
      groups.push_back(&group);
    }
  }
  std::stable_sort(groups.begin(), groups.end(), [](const auto* left, const auto* right) {
    return left->calls > right->calls;
  });
  std::set<std::string_view> names;
  for (const GroupSummary* group : groups) {
    if (names.size() < most) {
      names.insert(group->group);
    }
  }
  return names;
}

std::string groups_block(std::span<const LabelledRun> runs,
                         const std::set<std::string_view>& names,
                         const TableStyle& style) {
  TextTable table;
  TextTable::Row above{""};
  TextTable::Row head{"group"};
  for (const std::string_view figure : kOfGroups) {
    for (const LabelledRun& run : runs) {
      above.emplace_back(&run == runs.data() ? line_of(figure).words : std::string_view{});
      head.push_back(label_of(run));
    }
  }
  table.head(above);
  table.head(head);
  for (const std::string_view name : names) {
    TextTable::Row row{std::string(name)};
    for (const std::string_view figure : kOfGroups) {
      for (const LabelledRun& run : runs) {
        const GroupSummary* group = find_group(*run.run, name);
        row.push_back(group == nullptr ? "-" : shown(line_of(figure), *group));
      }
    }
    table.row(row);
  }
  return table.text(style);
}

// Figures of different inputs do not compare policies: say so.
std::string notes(std::span<const LabelledRun> runs) {
  const RunSummary& first = *runs.front().run;
  std::string out;
  for (const LabelledRun& other : runs.subspan(1)) {
    const bool same_trace = first.trace.has_value() == other.run->trace.has_value() &&
                            (!first.trace || first.trace->sha256 == other.run->trace->sha256);
    if (!same_trace || first.seed != other.run->seed ||
        first.total.calls != other.run->total.calls) {
      out += "note: \"" + fit(other.label, kLabelWidth) + "\" and \"" +
             fit(runs.front().label, kLabelWidth) +
             "\" differ in trace, seed or calls, not only in policy\n";
    }
  }
  return out;
}

// How many columns of label width fit beside a first one; at least one.
std::size_t columns_that_fit(std::size_t width, std::size_t first) {
  return std::max<std::size_t>(1, (std::max(width, first) - first) / (kLabelWidth + kGap));
}

}  // namespace

std::string compare_table(std::span<const LabelledRun> runs, const TableStyle& style) {
  FN_ASSERT(!runs.empty());
  std::string out;
  const std::size_t beside = columns_that_fit(style.width, kWordsWidth);
  for (auto rest = runs; !rest.empty(); rest = rest.subspan(std::min(rest.size(), beside))) {
    out += total_block(rest.first(std::min(rest.size(), beside)), runs.size() == 2, style) + "\n";
  }
  const auto names = group_names(runs, style.groups);
  const std::size_t narrow =
      std::max<std::size_t>(1, columns_that_fit(style.width, kLabelWidth) / kOfGroups.size());
  for (auto rest = runs; !rest.empty() && names.size() > 1;
       rest = rest.subspan(std::min(rest.size(), narrow))) {
    out += groups_block(rest.first(std::min(rest.size(), narrow)), names, style) + "\n";
  }
  return out + notes(runs);
}

}  // namespace fn::sim
