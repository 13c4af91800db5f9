// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

#include "core/config/suggest.h"
#include "core/config/unit.h"
#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"

namespace fn::sim {

namespace {

using core::ErrorCode;
using core::fail;
using core::Setting;

// Options that are short for `--set KEY=VALUE`.
struct ShortForm {
  std::string_view option;
  std::string_view key;
};

constexpr std::array kTextForms = {
    ShortForm{"trace-format", "workload.trace_format"},
    ShortForm{"columns", "workload.columns"},
    ShortForm{"tenant", "workload.tenant"},
    ShortForm{"from", "workload.from"},
    ShortForm{"to", "workload.to"},
    ShortForm{"only", "workload.only"},
    ShortForm{"anonymise", "workload.anonymise"},
};

constexpr std::array kFlagForms = {
    ShortForm{"strict", "workload.strict"},
    ShortForm{"lenient", "workload.lenient"},
};

// Their keys end in _ms.
constexpr std::array kTimeForms = {
    ShortForm{"warmup", "run.warmup_s"},
    ShortForm{"slo", "run.slo_ms"},
};

core::Status add_times(const Arguments& arguments, std::vector<Setting>& settings) {
  for (const ShortForm& form : kTimeForms) {
    const std::optional<std::string> text = arguments.value(form.option);
    if (!text) {
      continue;
    }
    const std::string place = "--" + std::string(form.option);
    const core::Result<core::Duration> time = core::parse_duration(*text);
    if (!time) {
      return fail(ErrorCode::kInvalidArgument, place + ": " + time.error().message);
    }
    const auto unit = static_cast<double>(core::unit_of(form.key).nanoseconds);
    settings.push_back({std::string(form.key), static_cast<double>(time->count()) / unit, place});
  }
  return {};
}

core::Status add_short_forms(const Arguments& arguments, std::vector<Setting>& settings) {
  for (const ShortForm& form : kTextForms) {
    if (const std::optional<std::string> text = arguments.value(form.option)) {
      settings.push_back({std::string(form.key), *text, "--" + std::string(form.option)});
    }
  }
  if (const std::vector<std::string> traces = arguments.values("trace"); !traces.empty()) {
    std::string list;
    for (const std::string& trace : traces) {
      list += list.empty() ? "" : " + ";
      list += trace;
    }
    settings.push_back({"workload.trace", list, "--trace"});
  }
  if (const std::optional<std::string> factor = arguments.value("scale")) {
    settings.push_back({"workload.scale", core::parse_value(*factor), "--scale"});
  }
  for (const ShortForm& form : kFlagForms) {
    if (arguments.has(form.option)) {
      settings.push_back({std::string(form.key), true, "--" + std::string(form.option)});
    }
  }
  if (arguments.has("strict") && arguments.has("lenient")) {
    return fail(ErrorCode::kInvalidArgument, "--strict and --lenient exclude each other");
  }
  if (arguments.has("seed")) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
    const core::Result<std::uint64_t> seed = number_option(arguments, "seed", kMost, 1);
    if (!seed) {
      return tl::unexpected<core::Error>(seed.error());
    }
    settings.push_back({"run.seed", static_cast<std::int64_t>(*seed), "--seed"});
  }
  return {};
}

}  // namespace

core::Status add_sets(const Arguments& arguments, std::vector<Setting>& settings) {
  for (const std::string& text : arguments.values("set")) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(ErrorCode::kInvalidArgument,
                  "--set " + text + ": expected KEY=VALUE, such as --set runner.memory_mib=8192");
    }
    settings.push_back({text.substr(0, equals),
                        core::parse_value(std::string_view(text).substr(equals + 1)),
                        "--set"});
  }
  return {};
}

core::Result<OutputForm> output_form(const Arguments& arguments) {
  constexpr std::array<std::string_view, 3> kForms = {"table", "json", "csv"};
  const std::string form =
      arguments.value("output").value_or(arguments.has("json") ? "json" : "table");
  for (std::size_t index = 0; index < kForms.size(); ++index) {
    if (form == kForms[index]) {
      return static_cast<OutputForm>(index);
    }
  }
  return fail(ErrorCode::kInvalidArgument,
              "--output " + form + ": expected one of " + core::word_list(kForms) +
                  core::did_you_mean(form, kForms));
}

core::Result<std::uint64_t> number_option(const Arguments& arguments,
                                          std::string_view option,
                                          std::uint64_t most,
                                          std::uint64_t fallback) {
  const std::optional<std::string> text = arguments.value(option);
  if (!text) {
    return fallback;
  }
  std::uint64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  const std::uint64_t least = option == "seed" ? 0 : 1;
  if (error != std::errc{} || stop != end || number < least || number > most) {
    return fail(ErrorCode::kInvalidArgument,
                "--" + std::string(option) + " " + *text + ": expected a whole number from " +
                    std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

core::Result<Scenario> scenario_of(const Arguments& arguments, bool& usage) {
  ScenarioSources sources;
  sources.scenario = arguments.value("scenario").value_or("");
  sources.policy = arguments.value("policy").value_or("");
  usage = true;
  core::Status status = add_sets(arguments, sources.settings);
  if (status) {
    status = add_times(arguments, sources.settings);
  }
  if (status) {
    status = add_short_forms(arguments, sources.settings);
  }
  if (!status) {
    return tl::unexpected<core::Error>(status.error());
  }
  usage = false;
  return load_scenario(sources);
}

int say_usage(const Console& console, const core::Error& error) {
  say_error(console, error.message);
  return kExitUsage;
}

int say_failure(const Console& console, const core::Error& error) {
  say_error(console, error.message);
  return exit_code(error.code);
}

std::string shell_command(std::span<const std::string> words) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,%+@[]";
  std::string command = "fnsim";
  for (const std::string& word : words) {
    command += " ";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      command += word;
      continue;
    }
    std::string quoted = "'";
    for (const char letter : word) {
      quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
    }
    command += quoted + "'";
  }
  return command;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) {
    return std::string(text);
  }
  std::string field = "\"";
  for (const char letter : text) {
    field += letter == '"' ? "\"\"" : std::string(1, letter);
  }
  return field + "\"";
}

}  // namespace fn::sim
