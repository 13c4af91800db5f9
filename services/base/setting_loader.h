// SPDX-License-Identifier: Apache-2.0
//
// Puts settings of any source into a NodeConfig: part of load_config.h. The caller brings them in
// order of precedence; a later one replaces an earlier one.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"
#include "services/base/load_config.h"
#include "services/base/node_settings.h"

namespace fn::services {

class SettingLoader {
 public:
  SettingLoader();

  // As a variable or a flag has it; `name` is what an error calls it, `place` its origin.
  core::Status set_named(const NodeSetting& setting,
                         std::string_view name,
                         const std::string& text,
                         const std::string& place);

  // As a file or --set has it.
  core::Status set_key(const core::Setting& setting);

  // Likewise; the elements of a list of addresses become one text.
  core::Status set_keys(std::vector<core::Setting> settings);

  // Sets what nobody has said. REQUIRES: the value is in the knob's range.
  void fill_in(std::string_view key, const core::Value& value, const std::string& origin);

  [[nodiscard]] std::vector<ConfigLine> lines() const;

  [[nodiscard]] NodeConfig& config() { return *config_; }

 private:
  static ConfigLine line_of(const core::ConfigRow& row);

  core::Status set_formed(const NodeSetting& setting,
                          const std::string& name,
                          const core::Value& written,
                          const std::string& place);

  // The knobs point into it.
  std::unique_ptr<NodeConfig> config_;
  core::Config knobs_;
};

}  // namespace fn::services
