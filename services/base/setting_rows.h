// SPDX-License-Identifier: Apache-2.0
//
// What the rows of the tables of settings (node_settings.cc, runner_settings.cc) have in common.
// For these files only.

#pragma once

#include <span>
#include <string_view>

#include "services/base/node_settings.h"

namespace fn::services {

// The rows of the runner's role alone; they stand last in node_settings().
std::span<const NodeSetting> runner_settings();

namespace setting_rows {

inline constexpr double kMostBytes = 1e15;
inline constexpr double kTenDaysMs = 864'000'000;
inline constexpr core::Range kBytes{0, kMostBytes};
inline constexpr core::Range kTimeOrNeverMs{1, kTenDaysMs, true};

constexpr core::Field<NodeConfig> of_core(std::string_view key, std::string_view sentence) {
  return {.info = {.key = key, .sentence = sentence, .range = {}, .words = nullptr}};
}

}  // namespace setting_rows

}  // namespace fn::services
