// SPDX-License-Identifier: Apache-2.0

#include "services/base/setting_loader.h"

#include <span>
#include <utility>

#include "core/base/assert.h"
#include "core/config/suggest.h"
#include "core/config/tables.h"
#include "services/base/setting_form.h"

namespace fn::services {
namespace {

using core::Setting;
using core::Status;
using core::Value;

tl::unexpected<core::Error> wrong(std::string message) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(message));
}

// The setting whose member has this key. One that leads to the core's knob of that key is written
// differently there.
const NodeSetting* setting_of_key(std::string_view key) {
  for (const NodeSetting& setting : node_settings()) {
    if (setting.key() == key && !setting.of_core()) {
      return &setting;
    }
  }
  return nullptr;
}

// "runner_addresses[1]" belongs to "runner_addresses".
std::string without_index(const std::string& key) {
  return key.ends_with(']') ? key.substr(0, key.rfind('[')) : key;
}

}  // namespace

SettingLoader::SettingLoader() : config_(std::make_unique<NodeConfig>()) {
  for (const NodeSetting& setting : node_settings()) {
    if (!setting.of_core()) {
      knobs_.add("", std::span(&setting.field, 1), *config_);
    }
  }
  knobs_.add("lb", core::lb_fields(), config_->placing);
  knobs_.add("runner", core::runner_fields(), config_->runner);
}

Status SettingLoader::set_named(const NodeSetting& setting,
                                std::string_view name,
                                const std::string& text,
                                const std::string& place) {
  return set_formed(setting, std::string(name), text, place);
}

Status SettingLoader::set_key(const Setting& setting) {
  const NodeSetting* known = setting_of_key(setting.key);
  // The variable says the opposite of what the key says.
  if (known == nullptr || known->form == SettingForm::kNegated) {
    return knobs_.set(setting);
  }
  return set_formed(*known, setting.place + ": " + setting.key, setting.value, setting.place);
}

Status SettingLoader::set_keys(std::vector<Setting> settings) {
  for (std::size_t index = 0; index < settings.size(); ++index) {
    Setting& setting = settings[index];
    const std::string key = without_index(setting.key);
    const NodeSetting* list = setting_of_key(key);
    if (key != setting.key && list != nullptr && list->form == SettingForm::kAddresses) {
      setting.key = key;
      std::string text = core::to_text(setting.value);
      while (index + 1 < settings.size() && without_index(settings[index + 1].key) == key) {
        text += "," + core::to_text(settings[++index].value);
      }
      setting.value = text;
    }
    if (Status status = set_key(setting); !status) {
      return status;
    }
  }
  return {};
}

void SettingLoader::fill_in(std::string_view key, const Value& value, const std::string& origin) {
  if (knobs_.origin(key) == core::kDefaultOrigin) {
    const Status status = knobs_.set(Setting{std::string(key), value, origin});
    FN_ASSERT(status.has_value());
  }
}

ConfigLine SettingLoader::line_of(const core::ConfigRow& row) {
  ConfigLine line;
  line.row = row;
  line.roles = row.key.starts_with("lb.") ? kLbRole : kRunnerRole;
  for (const NodeSetting& setting : node_settings()) {
    if (setting.key() != row.key) {
      continue;
    }
    line.name = setting.name;
    line.flag = flag_of(setting);
    line.roles = setting.roles;
    line.secret = setting.secret;
    if (setting.of_core() && setting.form != SettingForm::kPlain) {
      line.variable_sentence = setting.field.info.sentence;
    }
  }
  return line;
}

std::vector<ConfigLine> SettingLoader::lines() const {
  std::vector<ConfigLine> lines;
  for (const core::ConfigRow& row : knobs_.rows()) {
    lines.push_back(line_of(row));
  }
  return lines;
}

Status SettingLoader::set_formed(const NodeSetting& setting,
                                 const std::string& name,
                                 const Value& written,
                                 const std::string& place) {
  const core::FieldInfo* info = knobs_.info(setting.key());
  FN_ASSERT(info != nullptr);
  const Value shown = setting.secret ? Value("***") : written;
  const auto value = taken(setting.form, *info, written);
  if (!value) {
    return wrong(refusal(name, shown, value.error().message));
  }
  if (!value->has_value()) {
    return {};
  }
  const auto checked = core::check_value(*info, setting.key(), **value);
  if (!checked) {
    std::string expected = core::expectation(*info, setting.key());
    if (info->words != nullptr) {
      expected += core::did_you_mean(core::to_text(**value), info->words());
    }
    return wrong(refusal(name, shown, expected));
  }
  return knobs_.set(Setting{std::string(setting.key()), *checked, place});
}

}  // namespace fn::services
