// SPDX-License-Identifier: Apache-2.0
//
// What a function's containers need, as it travels from the API server through the LB to a runner.
// Calls whose setups are equal share containers: the slot key is a hash of all of it.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/base/units.h"

namespace fn::services {

struct FunctionSetup {
  std::string app_id;
  std::string app_name;
  std::string fn_id;
  std::string fn_name;
  std::string image;
  std::string path;    // of the seed's route; empty: none
  std::string format;  // "http-stream", or the seed's "default", "json", "http"; empty: http-stream
  core::MemoryMib memory{128};
  core::MilliCpu cpu{0};
  core::Duration timeout{};
  core::Duration idle_timeout{};
  std::vector<std::pair<std::string, std::string>> config;  // environment of the function, sorted
};

}  // namespace fn::services
