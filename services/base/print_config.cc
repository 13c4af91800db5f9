// SPDX-License-Identifier: Apache-2.0

#include "services/base/print_config.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "services/base/node_settings.h"

namespace fn::services {
namespace {

using nlohmann::ordered_json;

core::Value shown(const ConfigLine& line, const core::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  const bool hidden = line.secret && (text == nullptr || !text->empty());
  return hidden ? core::Value("***") : value;
}

// On one line, with quotes where it is text.
std::string quoted(const core::Value& value) {
  std::string text = core::to_text(value);
  std::replace_if(
      text.begin(), text.end(), [](char letter) { return letter >= 0 && letter < ' '; }, '?');
  return std::holds_alternative<std::string>(value) ? "\"" + text + "\"" : text;
}

std::string with_unit(const core::Value& value, std::string_view unit) {
  const bool bare = unit.empty() || std::holds_alternative<std::string>(value);
  return quoted(value) + (bare ? "" : " " + std::string(unit));
}

std::string roles_text(unsigned roles) {
  constexpr std::array kNames = {std::pair{kApiRole, "api"},
                                 std::pair{kLbRole, "lb"},
                                 std::pair{kRunnerRole, "pure-runner"},
                                 std::pair{kNpmRole, "npm"}};
  std::string text;
  for (const auto& [role, name] : kNames) {
    text += (roles & role) == 0 ? "" : (text.empty() ? "" : ", ") + std::string(name);
  }
  return roles == kAllRoles ? "all" : text;
}

using Cells = std::vector<std::string>;

// Columns as wide as their widest cell; the last one is not padded.
std::string aligned(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Cells& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string text;
  for (const Cells& row : rows) {
    for (std::size_t column = 0; column + 1 < row.size(); ++column) {
      text += row[column] + std::string(widths[column] - row[column].size() + 2, ' ');
    }
    text += row.back() + "\n";
  }
  return text;
}

ordered_json json_of(const core::Value& value) {
  return std::visit([](const auto& held) { return ordered_json(held); }, value);
}

// '|' ends a cell.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string meaning(const ConfigLine& line) {
  const bool both = !line.variable_sentence.empty();
  return std::string(line.row.sentence) +
         (both ? " Variable: " + std::string(line.variable_sentence) : "");
}

std::string section(std::span<const ConfigLine> lines, std::string_view title, unsigned roles) {
  std::string text = "\n## " + std::string(title) +
                     "\n\n| Variable | Flag | Key | Default | May be | Meaning |\n"
                     "|---|---|---|---|---|---|\n";
  for (const ConfigLine& line : lines) {
    if (line.roles != roles) {
      continue;
    }
    const std::string name = line.name.empty() ? "" : "`" + line.name + "`";
    const std::string flag = line.flag.empty() ? "" : "`" + line.flag + "`";
    for (const std::string& column : {name,
                                      flag,
                                      "`" + line.row.key + "`",
                                      cell(with_unit(line.row.fallback, line.row.unit)),
                                      cell(line.row.allowed),
                                      cell(meaning(line))}) {
      (text += "| ") += column;
      text += " ";
    }
    text += "|\n";
  }
  return text;
}

}  // namespace

std::string config_table(std::span<const ConfigLine> lines, bool origin) {
  std::vector<Cells> rows{{"KEY", "VALUE", "UNIT", "ORIGIN", "VARIABLE", "MEANING"}};
  for (const ConfigLine& line : lines) {
    rows.push_back({line.row.key,
                    quoted(shown(line, line.row.value)),
                    std::string(line.row.unit),
                    line.row.origin,
                    line.name,
                    std::string(line.row.sentence)});
  }
  if (!origin) {
    for (Cells& row : rows) {
      row.erase(row.begin() + 3);
    }
  }
  return aligned(rows);
}

std::string config_json(std::span<const ConfigLine> lines) {
  ordered_json settings = ordered_json::array();
  for (const ConfigLine& line : lines) {
    settings.push_back({{"key", line.row.key},
                        {"name", line.name},
                        {"flag", line.flag},
                        {"value", json_of(shown(line, line.row.value))},
                        {"unit", line.row.unit},
                        {"origin", line.row.origin},
                        {"default", json_of(line.row.fallback)},
                        {"allowed", line.row.allowed},
                        {"roles", roles_text(line.roles)},
                        {"meaning", line.row.sentence}});
  }
  const ordered_json document = {{"schema", "fnserver.config/1"}, {"config", settings}};
  // Text that is not UTF-8 must not end in an exception.
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string config_markdown(std::span<const ConfigLine> lines) {
  std::string text =
      "# Configuration of fnserver\n\n"
      "Made by `fnserver config print --output markdown`; a test compares them.\n\n"
      "A flag wins over the environment, that over the file (`--config FILE` or `FN_CONFIG_FILE`,\n"
      "TOML with these keys), that over the default. `--set KEY=VALUE` reaches every key.\n"
      "`NAME_FILE` names a file that holds the value of `NAME`. An empty variable is not set.\n"
      "Times in variables and flags have a unit (`500ms`, `1m30s`), or are milliseconds where the\n"
      "name says so; in the file they may also be numbers in the unit of the key.\n"
      "`fnserver config print --origin` shows what is in force and who said it.\n";
  std::vector<std::pair<std::string, unsigned>> sections = {
      {"All nodes", kAllRoles},
      {"API server", kApiRole},
      {"Load balancer", kLbRole},
      {"Load balancer and node pool manager", kLbRole | kNpmRole},
      {"Load balancer, runner and node pool manager", kLbRole | kRunnerRole | kNpmRole},
      {"Runner", kRunnerRole},
      {"Node pool manager", kNpmRole}};
  for (const auto& [title, roles] : sections) {
    text += section(lines, title, roles);
  }
  text += "\n## Variables of Fn that are ignored\n\n| Variable | Because |\n|---|---|\n";
  for (const IgnoredVariable& variable : ignored_variables()) {
    if (!variable.reason.empty()) {
      text += "| `" + std::string(variable.name) + "` | " + std::string(variable.reason) + " |\n";
    }
  }
  return text;
}

std::string config_help(std::span<const ConfigLine> lines) {
  std::vector<Cells> rows;
  for (const ConfigLine& line : lines) {
    const std::string_view own = line.variable_sentence;
    if (!line.flag.empty()) {
      rows.push_back({"  " + line.flag,
                      line.name,
                      std::string(own.empty() ? line.row.sentence : own) + " (" +
                          roles_text(line.roles) + "; " +
                          with_unit(line.row.fallback, line.row.unit) + ")"});
    }
  }
  return aligned(rows) +
         "  --config FILE    TOML file with settings; also FN_CONFIG_FILE\n"
         "  --set KEY=VALUE  any key that `config print` lists\n";
}

}  // namespace fn::services
