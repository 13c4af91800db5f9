// SPDX-License-Identifier: Apache-2.0

#include "services/base/node_config.h"

#include <algorithm>

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

std::vector<std::string> listed_addresses(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) {
      parts.push_back(list.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  return parts;
}

std::string_view name_of(NodeType type) {
  return core::EnumNames<NodeType>::kNames[static_cast<std::size_t>(type)];
}

}  // namespace fn::services
