// SPDX-License-Identifier: Apache-2.0
//
// Networks: the engine's networks that functions may be in, each new container in the one that has
// the fewest.

#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace fn::services {

class Networks {
 public:
  // Names with commas or spaces between them.
  explicit Networks(const std::string& names);

  // The network of a new container; empty: the engine's choice.
  [[nodiscard]] std::string take();

  // A container that had taken it is gone.
  void give_back(const std::string& name);

 private:
  std::vector<std::pair<std::string, std::size_t>> used_;
};

}  // namespace fn::services
