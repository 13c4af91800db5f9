// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/networks.h"

#include <algorithm>
#include <sstream>

namespace fn::services {

Networks::Networks(const std::string& names) {
  std::string spaced = names;
  std::ranges::replace(spaced, ',', ' ');
  std::istringstream words(spaced);
  for (std::string name; words >> name;) {
    used_.emplace_back(name, 0);
  }
}

std::string Networks::take() {
  const auto least =
      std::ranges::min_element(used_, {}, [](const auto& each) { return each.second; });
  if (least == used_.end()) {
    return {};
  }
  ++least->second;
  return least->first;
}

void Networks::give_back(const std::string& name) {
  for (auto& [each, count] : used_) {
    if (each == name && count > 0) {
      --count;
      return;
    }
  }
}

}  // namespace fn::services
