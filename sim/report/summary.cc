// SPDX-License-Identifier: Apache-2.0

#include "sim/report/summary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <variant>

#include "sim/report/figures.h"
#include "sim/report/text.h"

namespace fn::sim {
namespace {

constexpr int kSecondDecimals = 6;
constexpr int kMeterDecimals = 3;

// Numbers that no run gives (not finite) have no form in JSON but null.
void append_number(std::string& out, std::optional<double> value, int decimals) {
  if (value && std::isfinite(*value)) {
    append_fixed(out, *value, decimals);
  } else {
    out += "null";
  }
}

struct ValueForm {
  std::string& out;

  void operator()(bool value) const { out += value ? "true" : "false"; }

  void operator()(std::int64_t value) const { out += std::to_string(value); }

  void operator()(const std::string& value) const { append_json_string(out, value); }

  void operator()(double value) const {
    if (std::isfinite(value)) {
      append_shortest(out, value);
    } else {
      out += "null";
    }
  }
};

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// `"name": text` on a line of its own at depth one.
void append_field(std::string& out, std::string_view name, std::string_view text) {
  out += "  \"";
  out += name;
  out += "\": ";
  out += text;
  out += ",\n";
}

void append_measure(std::string& out,
                    std::string_view name,
                    std::optional<double> value,
                    int decimals) {
  std::string text;
  append_number(text, value, decimals);
  append_field(out, name, text);
}

std::string strings_text(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    out += out.size() > 1 ? ", " : "";
    append_json_string(out, text);
  }
  return out + "]";
}

std::string trace_text(const std::optional<TraceOrigin>& trace) {
  if (!trace) {
    return "null";
  }
  std::string out = "{\"path\": " + strings_text(trace->path);
  out += ", \"sha256\": " + json_string(trace->sha256);
  out += ", \"calls\": " + std::to_string(trace->calls) + "}";
  return out;
}

std::string config_text(const std::vector<ConfigEntry>& config) {
  if (config.empty()) {
    return "{}";
  }
  std::string out = "{";
  for (const ConfigEntry& entry : config) {
    out += out.size() > 1 ? ",\n    " : "\n    ";
    append_json_string(out, entry.key);
    out += ": ";
    std::visit(ValueForm{out}, entry.value);
  }
  return out + "\n  }";
}

std::string_view parent_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

// The figures of one nested object, such as wait_ms: null as a whole when they have no value.
std::string nested_text(const GroupSummary& summary, std::span<const Figure> nested) {
  if (!nested.front().get(summary)) {
    return "null";
  }
  std::string out = "{";
  for (const Figure& figure : nested) {
    out += out.size() > 1 ? ", \"" : "\"";
    out += figure.name.substr(parent_of(figure.name).size() + 1);
    out += "\": ";
    append_number(out, figure.get(summary), figure.decimals);
  }
  return out + "}";
}

void append_figures(std::string& out, const GroupSummary& summary, std::string_view indent) {
  std::span<const Figure> rest = figures();
  while (!rest.empty()) {
    const Figure& figure = rest.front();
    const std::string_view parent = parent_of(figure.name);
    std::size_t taken = 1;
    while (!parent.empty() && taken < rest.size() && parent_of(rest[taken].name) == parent) {
      ++taken;
    }
    out += rest.size() == figures().size() ? "" : ",\n";
    out += indent;
    out += '"';
    out += parent.empty() ? figure.name : parent;
    out += "\": ";
    if (parent.empty()) {
      append_number(out, figure.get(summary), figure.decimals);
    } else {
      out += nested_text(summary, rest.first(taken));
    }
    rest = rest.subspan(taken);
  }
}

std::string group_text(const GroupSummary& summary) {
  std::string out = "    {\n      \"group\": " + json_string(summary.group) + ",\n";
  append_figures(out, summary, "      ");
  return out + "\n    }";
}

void append_csv_row(std::string& out, std::string_view scope, const GroupSummary& summary) {
  out += scope;
  out += ',';
  append_csv_cell(out, summary.group);
  for (const Figure& figure : figures()) {
    out += ',';
    if (const std::optional<double> value = figure.get(summary); value && std::isfinite(*value)) {
      append_fixed(out, *value, figure.decimals);
    }
  }
  out += '\n';
}

}  // namespace

std::string digest_text(std::uint64_t digest) {
  std::array<char, 16> room{};
  const auto written = std::to_chars(room.data(), room.data() + room.size(), digest, 16);
  const std::string digits(room.data(), written.ptr);
  return std::string(room.size() - digits.size(), '0') + digits;
}

std::optional<double> look_up(const RunSummary& run,
                              std::string_view group,
                              std::string_view field) {
  if (field == "simulated_s") {
    return run.simulated_s;
  }
  const Figure* figure = find_figure(field);
  if (figure == nullptr) {
    return std::nullopt;
  }
  if (group.empty()) {
    return figure->get(run.total);
  }
  for (const GroupSummary& summary : run.groups) {
    if (summary.group == group) {
      return figure->get(summary);
    }
  }
  return std::nullopt;
}

std::string to_json(const RunSummary& run) {
  std::string out = "{\n";
  append_field(out, "schema", json_string(kSummarySchema));
  append_field(out, "version", json_string(run.version));
  append_field(out, "command", json_string(run.command));
  append_field(out, "seed", json_string(std::to_string(run.seed)));
  append_field(out, "digest", json_string(digest_text(run.digest)));
  append_field(out, "trace", trace_text(run.trace));
  append_field(out, "config", config_text(run.config));
  append_field(out, "assumptions", strings_text(run.assumptions));
  append_measure(out, "simulated_s", run.simulated_s, kSecondDecimals);
  append_measure(out, "wall_s", run.wall_s, kMeterDecimals);
  append_measure(out, "cpu_s", run.cpu_s, kMeterDecimals);
  append_measure(out, "calls_per_cpu_s", run.calls_per_cpu_s, kMeterDecimals);
  append_measure(out, "peak_rss_mib", run.peak_rss_mib, kMeterDecimals);
  out += "  \"total\": {\n";
  append_figures(out, run.total, "    ");
  out += "\n  },\n  \"groups\": [";
  for (const GroupSummary& group : run.groups) {
    out += &group == run.groups.data() ? "\n" : ",\n";
    out += group_text(group);
  }
  out += run.groups.empty() ? "]\n}\n" : "\n  ]\n}\n";
  return out;
}

std::string to_csv(const RunSummary& run) {
  std::string out = "scope,group";
  for (const Figure& figure : figures()) {
    std::string column(figure.name);
    std::replace(column.begin(), column.end(), '.', '_');
    out += ',';
    out += column;
  }
  out += '\n';
  append_csv_row(out, "total", run.total);
  for (const GroupSummary& group : run.groups) {
    append_csv_row(out, "group", group);
  }
  return out;
}

}  // namespace fn::sim
