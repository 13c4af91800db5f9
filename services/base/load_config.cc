// SPDX-License-Identifier: Apache-2.0

#include "services/base/load_config.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>

#include "core/config/suggest.h"
#include "core/io/toml.h"
#include "services/base/config_options.h"
#include "services/base/machine_size.h"
#include "services/base/node_settings.h"
#include "services/base/setting_form.h"
#include "services/base/setting_loader.h"

namespace fn::services {
namespace {

using core::Status;

constexpr std::string_view kFile = "_FILE";
constexpr std::string_view kConfigFile = "FN_CONFIG_FILE";

tl::unexpected<core::Error> wrong(std::string message) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(message));
}

const NodeSetting* setting_named(std::string_view name) {
  for (const NodeSetting& setting : node_settings()) {
    if (setting.name == name) {
      return &setting;
    }
  }
  return nullptr;
}

core::Result<std::string> content_of(const std::string& name, const std::string& path) {
  constexpr std::size_t kLongest = std::size_t{1} << 16;
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad() || text.size() > kLongest) {
    return wrong(refusal(name, path, "a file of at most 64 KiB that can be read"));
  }
  while (text.ends_with('\n') || text.ends_with('\r')) {
    text.pop_back();
  }
  return text;
}

// Its value; null: it is not set, or empty.
const std::string* find(const Environment& environment, std::string_view name) {
  for (const auto& [known, value] : environment) {
    if (known == name && !value.empty()) {
      return &value;
    }
  }
  return nullptr;
}

// What is said about a variable that sets nothing; empty: nothing.
std::string remark_on(std::string_view name) {
  for (const IgnoredVariable& variable : ignored_variables()) {
    if (variable.name == name) {
      return variable.reason.empty()
                 ? ""
                 : std::string(name) + " is ignored: " + std::string(variable.reason);
    }
  }
  std::vector<std::string_view> known{kConfigFile};
  for (const NodeSetting& setting : node_settings()) {
    known.push_back(setting.name);
  }
  return std::string(name) + " is ignored: there is no such variable" +
         core::did_you_mean(name, known);
}

// The setting whose value lies in the file that NAME_FILE names; null: there is none.
const NodeSetting* setting_in_file(std::string_view name) {
  return name.ends_with(kFile) ? setting_named(name.substr(0, name.size() - kFile.size()))
                               : nullptr;
}

Status apply_file(SettingLoader& loader,
                  const NodeSetting& setting,
                  const std::string& name,
                  const std::string& path) {
  const auto content = content_of(name, path);
  if (!content) {
    return tl::unexpected(content.error());
  }
  return loader.set_named(setting, setting.name, *content, name + " " + path);
}

Status apply_environment(LoadedConfig& loaded,
                         SettingLoader& loader,
                         const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (value.empty() || name == kConfigFile) {
      continue;
    }
    Status status;
    if (const NodeSetting* setting = setting_named(name)) {
      status = loader.set_named(*setting, name, value, name);
    } else if (const NodeSetting* in_file = setting_in_file(name)) {
      if (find(environment, in_file->name) != nullptr) {
        return wrong(name + " and " + std::string(in_file->name) + " are both set: unset one");
      }
      status = apply_file(loader, *in_file, name, value);
    } else if (name.starts_with("FN_")) {
      if (std::string remark = remark_on(name); !remark.empty()) {
        loaded.warnings.push_back(std::move(remark));
      }
    }
    if (!status) {
      return status;
    }
  }
  return {};
}

Status apply_config_file(SettingLoader& loader, const std::string& path) {
  auto settings = core::read_toml(path);
  if (!settings) {
    return tl::unexpected(settings.error());
  }
  return loader.set_keys(std::move(*settings));
}

// What nobody said and only this machine and folder can tell.
void fill_in(LoadedConfig& loaded, SettingLoader& loader, const std::string& folder) {
  const NodeConfig& config = loader.config();
  if (has_api(config.type)) {
    loader.fill_in(
        "api.db_url", "sqlite3://" + folder + "/data/fn.db", std::string(core::kDefaultOrigin));
  }
  if (has_runner(config.type)) {
    const MachineSize size = machine_size();
    loader.fill_in("runner.memory_mib", size.memory.value, "this machine");
    loader.fill_in("runner.cpu_milli", size.cpu.value, "this machine");
  }
  if (config.type == NodeType::kNpm) {
    constexpr std::int64_t kNpmPort = 8083;
    loader.fill_in("http.port", kNpmPort, std::string(core::kDefaultOrigin));
  }
  if (config.type == NodeType::kLb && !config.lb.npm_address.empty() &&
      !config.lb.runner_addresses.empty()) {
    loaded.warnings.emplace_back(
        "FN_RUNNER_ADDRESSES is ignored: runners are those that FN_NPM_ADDRESS names");
  }
}

Status apply_all(LoadedConfig& loaded, SettingLoader& loader, const ConfigSources& sources) {
  auto options = parse_options(sources.arguments);
  if (!options) {
    return tl::unexpected(options.error());
  }
  const std::string* named = find(sources.environment, kConfigFile);
  const std::string file =
      named != nullptr && options->config_file.empty() ? *named : options->config_file;
  if (!file.empty()) {
    if (Status status = apply_config_file(loader, file); !status) {
      return status;
    }
  }
  if (Status status = apply_environment(loaded, loader, sources.environment); !status) {
    return status;
  }
  for (const Option& option : options->options) {
    if (Status status = apply_option(loader, option); !status) {
      return status;
    }
  }
  return {};
}

}  // namespace

core::Result<LoadedConfig> load_config(const ConfigSources& sources) {
  LoadedConfig loaded;
  SettingLoader loader;
  if (Status status = apply_all(loaded, loader, sources); !status) {
    return tl::unexpected(status.error());
  }
  if (Status status = check_rules(loader.config(), loader.lines()); !status) {
    return tl::unexpected(status.error());
  }
  fill_in(loaded, loader, sources.working_folder);
  loaded.lines = loader.lines();
  loaded.config = loader.config();
  return loaded;
}

std::vector<ConfigLine> default_lines() {
  return SettingLoader().lines();
}

Environment environment_of(const char* const* variables) {
  Environment environment;
  for (; variables != nullptr && *variables != nullptr; ++variables) {
    const std::string_view line(*variables);
    const std::size_t equals = line.find('=');
    if (line.starts_with("FN_") || line.starts_with("DOCKER_")) {
      environment.emplace_back(line.substr(0, equals),
                               equals == std::string_view::npos ? "" : line.substr(equals + 1));
    }
  }
  return environment;
}

}  // namespace fn::services
