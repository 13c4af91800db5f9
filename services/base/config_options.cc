// SPDX-License-Identifier: Apache-2.0

#include "services/base/config_options.h"

#include <string_view>

#include "core/config/suggest.h"
#include "services/base/setting_form.h"

namespace fn::services {
namespace {

tl::unexpected<core::Error> wrong(std::string message) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(message));
}

tl::unexpected<core::Error> unknown_option(const std::string& flag) {
  std::vector<std::string> flags{"--set", "--config"};
  for (const NodeSetting& setting : node_settings()) {
    flags.push_back(flag_of(setting));
  }
  const std::vector<std::string_view> known(flags.begin(), flags.end());
  const std::string hint = core::did_you_mean(flag, known);
  return wrong(flag + ": there is no such option" +
               (hint.empty() ? "; --help lists all of them" : hint));
}

// A variable that says yes or no.
bool is_switch(const NodeSetting* setting) {
  return setting != nullptr && (setting->form == SettingForm::kNegated ||
                                setting->field.info.kind == core::FieldKind::kBool);
}

// Takes one option from the words at `index`, which it moves on.
core::Result<Option> next_option(const std::vector<std::string>& arguments, std::size_t& index) {
  const std::string& word = arguments[index];
  const std::size_t equals = word.find('=');
  Option option{.flag = word.substr(0, equals), .value = {}};
  for (const NodeSetting& setting : node_settings()) {
    option.setting = flag_of(setting) == option.flag ? &setting : option.setting;
  }
  if (option.setting == nullptr && option.flag != "--config" && option.flag != "--set") {
    return unknown_option(option.flag);
  }
  if (equals != std::string::npos) {
    option.value = word.substr(equals + 1);
  } else if (is_switch(option.setting)) {
    option.value = "true";
  } else if (index + 1 < arguments.size()) {
    option.value = arguments[++index];
  } else {
    return wrong(option.flag + ": expected a value after it");
  }
  return option;
}

}  // namespace

core::Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options parsed;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    auto option = next_option(arguments, index);
    if (!option) {
      return tl::unexpected(option.error());
    }
    if (option->flag == "--config") {
      parsed.config_file = option->value;
    } else {
      parsed.options.push_back(std::move(*option));
    }
  }
  return parsed;
}

core::Status apply_option(SettingLoader& loader, const Option& option) {
  if (option.setting != nullptr) {
    return loader.set_named(*option.setting, option.flag, option.value, option.flag);
  }
  const std::size_t equals = option.value.find('=');
  if (equals == std::string::npos) {
    return wrong(refusal("--set", option.value, "KEY=VALUE"));
  }
  return loader.set_key(
      core::Setting{option.value.substr(0, equals),
                    core::parse_value(std::string_view(option.value).substr(equals + 1)),
                    "--set"});
}

std::string flag_of(const NodeSetting& setting) {
  std::string flag(setting.name.starts_with("FN_") ? setting.name.substr(3) : setting.name);
  for (char& letter : flag) {
    letter = letter == '_' ? '-' : letter;
    letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return "--" + flag;
}

}  // namespace fn::services
