// SPDX-License-Identifier: Apache-2.0
//
// The settings on a command line: part of load_config.h.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "services/base/node_settings.h"
#include "services/base/setting_loader.h"

namespace fn::services {

struct Option {
  std::string flag;
  std::string value;
  const NodeSetting* setting = nullptr;  // null: --set or --config
};

struct Options {
  // In their order, without --config.
  std::vector<Option> options;
  // The last one; empty: none.
  std::string config_file;
};

core::Result<Options> parse_options(const std::vector<std::string>& arguments);

core::Status apply_option(SettingLoader& loader, const Option& option);

}  // namespace fn::services
