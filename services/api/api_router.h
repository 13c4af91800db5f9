// SPDX-License-Identifier: Apache-2.0
//
// Which function answers a path. Pieces of a path are told apart while still encoded and decoded
// one by one, so that "%2Fhello" is one piece. A slash at the end makes no difference, except that
// "*" then stands for nothing.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/api/api_call.h"

namespace fn::services {

struct ApiMatch {
  const ApiRoute* route = nullptr;  // none: no function has this path and method
  std::vector<std::string> arguments;
  std::string allowed;  // the methods that the path knows, "GET, POST"; empty: unknown path
};

[[nodiscard]] ApiMatch match_api(std::string_view method, std::string_view path);

}  // namespace fn::services
