// SPDX-License-Identifier: Apache-2.0

#include "services/base/node_config.h"

#include "services/base/node_settings.h"

namespace fn::services {

NodeConfig::NodeConfig() {
  runner.memory = core::MemoryMib{0};
  // Fn's pause before it freezes.
  runner.freeze_after = std::chrono::milliseconds(50);
}

bool has_api(NodeType type) {
  return type == NodeType::kFull || type == NodeType::kApi;
}

bool has_lb(NodeType type) {
  return type == NodeType::kFull || type == NodeType::kLb;
}

bool has_runner(NodeType type) {
  return type == NodeType::kFull || type == NodeType::kPureRunner;
}

std::string_view name_of(NodeType type) {
  return core::EnumNames<NodeType>::kNames[static_cast<std::size_t>(type)];
}

}  // namespace fn::services
