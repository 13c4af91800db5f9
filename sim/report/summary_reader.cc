// SPDX-License-Identifier: Apache-2.0

#include "sim/report/summary_reader.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "sim/report/figures.h"

namespace fn::sim {
namespace {

// Objects keep the order of their keys, as config{} does.
using Json = nlohmann::ordered_json;

// Larger counts are not exact in a double, and no run has them.
constexpr double kLargestCount = 9007199254740992.0;

// More than what a run of 100,000 groups writes.
constexpr std::size_t kLargestFile = std::size_t{256} << 20;

// Takes fields out of a parsed summary. The first fault stays, and later values are empty.
class Fields {
 public:
  explicit Fields(std::string place) : place_(std::move(place)) {}

  [[nodiscard]] const std::string& fault() const { return fault_; }

  void complain(const std::string& field, std::string_view expected) {
    if (fault_.empty()) {
      fault_ = place_ + ": " + field + ": expected " + std::string(expected) +
               "; give a summary.json that fnsim wrote";
    }
  }

  // Null where the field is missing.
  const Json& at(const Json& from, const std::string& name) {
    static const Json missing;
    const auto found = from.is_object() ? from.find(name) : from.end();
    if (!from.is_object() || found == from.end()) {
      complain(name, "a value");
      return missing;
    }
    return *found;
  }

  std::string text(const Json& from, const std::string& name) {
    const Json& value = at(from, name);
    if (!value.is_string()) {
      complain(name, "a text");
      return {};
    }
    return value.get<std::string>();
  }

  std::vector<std::string> texts(const Json& from, const std::string& name) {
    std::vector<std::string> list;
    const Json& values = at(from, name);
    if (!values.is_array()) {
      complain(name, "a list of texts");
      return list;
    }
    for (const Json& value : values) {
      if (!value.is_string()) {
        complain(name, "a list of texts");
        return list;
      }
      list.push_back(value.get<std::string>());
    }
    return list;
  }

  std::uint64_t whole_text(const Json& from, const std::string& name, int base) {
    const std::string digits = text(from, name);
    std::uint64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) {
      complain(name, base == 16 ? "a text of 16 hexadecimal digits" : "a text of decimal digits");
    }
    return value;
  }

  // Zero or more, or nothing for null.
  std::optional<double> number(const Json& value, const std::string& name) {
    if (value.is_null()) {
      return std::nullopt;
    }
    if (!value.is_number() || value.get<double>() < 0) {
      complain(name, "a number from zero, or null");
      return std::nullopt;
    }
    return value.get<double>();
  }

  double measure(const Json& from, const std::string& name) {
    const std::optional<double> value = number(at(from, name), name);
    if (!value) {
      complain(name, "a number");
    }
    return value.value_or(0);
  }

 private:
  std::string place_;
  std::string fault_;
};

std::optional<TraceOrigin> read_trace(Fields& fields, const Json& value) {
  if (value.is_null()) {
    return std::nullopt;
  }
  TraceOrigin trace;
  trace.path = fields.texts(value, "path");
  trace.sha256 = fields.text(value, "sha256");
  const Json& calls = fields.at(value, "calls");
  if (!calls.is_number_unsigned()) {
    fields.complain("trace.calls", "a whole number");
    return trace;
  }
  trace.calls = calls.get<std::uint64_t>();
  return trace;
}

std::vector<ConfigEntry> read_config(Fields& fields, const Json& values) {
  std::vector<ConfigEntry> config;
  if (!values.is_object()) {
    fields.complain("config", "an object");
    return config;
  }
  for (const auto& [key, value] : values.items()) {
    if (value.is_boolean()) {
      config.push_back({key, value.get<bool>()});
    } else if (value.is_number_integer()) {
      config.push_back({key, value.get<std::int64_t>()});
    } else if (value.is_number() || value.is_null()) {
      config.push_back(
          {key, value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>()});
    } else if (value.is_string()) {
      config.push_back({key, value.get<std::string>()});
    } else {
      fields.complain("config." + key, "true, false, a number or a text");
    }
  }
  return config;
}

void read_figure(Fields& fields, const Json& from, const Figure& figure, GroupSummary& summary) {
  const std::string name(figure.name);
  const std::size_t dot = name.find('.');
  const Json* holder = &from;
  if (figure.added && !from.contains(name)) {
    figure.set(summary, std::nullopt);
    return;
  }
  if (dot != std::string::npos) {
    holder = &fields.at(from, name.substr(0, dot));
    if (holder->is_null()) {
      figure.set(summary, std::nullopt);
      return;
    }
  }
  const Json& found = fields.at(*holder, dot == std::string::npos ? name : name.substr(dot + 1));
  const std::optional<double> value = fields.number(found, name);
  if (!value && !figure.optional) {
    fields.complain(name, "a number");
  }
  if (figure.decimals == 0 && value &&
      (*value > kLargestCount || !(found.is_number_integer() || found.is_number_unsigned()))) {
    fields.complain(name, "a whole number");
    return;
  }
  figure.set(summary, value);
}

GroupSummary read_group(Fields& fields, const Json& from) {
  GroupSummary summary;
  if (!from.is_object()) {
    fields.complain("groups and total", "objects");
    return summary;
  }
  for (const Figure& figure : figures()) {
    read_figure(fields, from, figure, summary);
  }
  return summary;
}

void read_groups(Fields& fields, const Json& values, RunSummary& run) {
  if (!values.is_array()) {
    fields.complain("groups", "a list");
    return;
  }
  for (const Json& value : values) {
    run.groups.push_back(read_group(fields, value));
    run.groups.back().group = fields.text(value, "group");
  }
}

}  // namespace

core::Result<RunSummary> parse_summary(std::string_view text, const std::string& place) {
  Fields fields(place);
  const Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded() || !root.is_object()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      place + ": expected a JSON object; give a summary.json that fnsim wrote");
  }
  if (fields.text(root, "schema") != kSummarySchema) {
    fields.complain("schema", kSummarySchema);
  }
  RunSummary run;
  run.version = fields.text(root, "version");
  run.command = fields.text(root, "command");
  run.seed = fields.whole_text(root, "seed", 10);
  run.digest = fields.whole_text(root, "digest", 16);
  run.trace = read_trace(fields, fields.at(root, "trace"));
  run.config = read_config(fields, fields.at(root, "config"));
  run.assumptions = fields.texts(root, "assumptions");
  run.simulated_s = fields.measure(root, "simulated_s");
  run.wall_s = fields.measure(root, "wall_s");
  run.cpu_s = fields.measure(root, "cpu_s");
  run.calls_per_cpu_s = fields.number(fields.at(root, "calls_per_cpu_s"), "calls_per_cpu_s");
  run.peak_rss_mib = fields.measure(root, "peak_rss_mib");
  run.total = read_group(fields, fields.at(root, "total"));
  read_groups(fields, fields.at(root, "groups"), run);
  if (!fields.fault().empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument, fields.fault());
  }
  return run;
}

core::Result<RunSummary> read_summary(const std::string& path) {
  std::error_code ignored;
  const std::string file =
      std::filesystem::is_directory(path, ignored) ? path + "/summary.json" : path;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return core::fail(core::ErrorCode::kNotFound,
                      file + ": cannot be read; give a summary.json or the folder of one");
  }
  std::string text;
  std::array<char, 65536> chunk{};
  while (in && text.size() <= kLargestFile) {
    in.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || text.size() > kLargestFile) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      file + ": cannot be read, or is longer than 256 MiB; give a summary.json");
  }
  return parse_summary(text, file);
}

}  // namespace fn::sim
