// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config/value.h"
#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"

namespace fn::sim {

namespace {

using Rows = std::vector<core::ConfigRow>;

std::string shown(const core::Value& value) {
  const bool is_text = std::holds_alternative<std::string>(value);
  return is_text ? "\"" + core::to_text(value) + "\"" : core::to_text(value);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text + "  ";
}

void print_table(std::ostream& out, const Rows& rows) {
  std::size_t key = 3;
  std::size_t value = 5;
  std::size_t unit = 4;
  std::size_t origin = 6;
  for (const core::ConfigRow& row : rows) {
    key = std::max(key, row.key.size());
    value = std::max(value, shown(row.value).size());
    unit = std::max(unit, row.unit.size());
    origin = std::max(origin, row.origin.size());
  }
  out << padded("KEY", key) << padded("VALUE", value) << padded("UNIT", unit)
      << padded("ORIGIN", origin) << "MEANING\n";
  for (const core::ConfigRow& row : rows) {
    out << padded(row.key, key) << padded(shown(row.value), value)
        << padded(std::string(row.unit), unit) << padded(row.origin, origin) << row.sentence
        << "\n";
  }
}

nlohmann::ordered_json json_of(const core::Value& value) {
  return std::visit([](const auto& held) { return nlohmann::ordered_json(held); }, value);
}

void print_json(std::ostream& out, const Rows& rows) {
  nlohmann::ordered_json knobs = nlohmann::ordered_json::array();
  for (const core::ConfigRow& row : rows) {
    knobs.push_back({{"key", row.key},
                     {"value", json_of(row.value)},
                     {"unit", row.unit},
                     {"origin", row.origin},
                     {"default", json_of(row.fallback)},
                     {"allowed", row.allowed},
                     {"meaning", row.sentence}});
  }
  const nlohmann::ordered_json document = {{"schema", "fnsim.config/1"}, {"config", knobs}};
  // Text that is not UTF-8 must not end in an exception.
  out << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void print_csv(std::ostream& out, const Rows& rows) {
  out << "key,value,unit,origin,default,allowed,meaning\n";
  for (const core::ConfigRow& row : rows) {
    out << csv_field(row.key) << "," << csv_field(core::to_text(row.value)) << ","
        << csv_field(row.unit) << "," << csv_field(row.origin) << ","
        << csv_field(core::to_text(row.fallback)) << "," << csv_field(row.allowed) << ","
        << csv_field(row.sentence) << "\n";
  }
}

Rows rows_from(const Scenario& scenario, const std::string& prefix) {
  Rows rows;
  for (const core::ConfigRow& row : scenario.rows) {
    if (row.key.starts_with(prefix)) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace

int config_command(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const Console& console = invocation.console;
  const std::vector<std::string>& words = arguments.words();
  if (words.empty() || words.size() > 2 || words.front() != "print") {
    say_error(console, "config: expected \"fnsim config print [KEY-PREFIX]\"");
    return kExitUsage;
  }
  const core::Result<OutputForm> form = output_form(arguments);
  if (!form) {
    return say_usage(console, form.error());
  }
  bool usage = false;
  const core::Result<Scenario> scenario = scenario_of(arguments, usage);
  if (!scenario) {
    return usage ? say_usage(console, scenario.error()) : say_failure(console, scenario.error());
  }
  const Rows rows = rows_from(*scenario, words.size() == 2 ? words.back() : "");
  if (rows.empty()) {
    say_error(console, "config print: no key begins with \"" + words.back() + "\"");
    return kExitUsage;
  }
  for (const std::string& warning : scenario->warnings) {
    say(console, "warning: " + warning);
  }
  switch (*form) {
    case OutputForm::kTable:
      print_table(console.out, rows);
      break;
    case OutputForm::kJson:
      print_json(console.out, rows);
      break;
    case OutputForm::kCsv:
      print_csv(console.out, rows);
      break;
  }
  return kExitOk;
}

}  // namespace fn::sim
