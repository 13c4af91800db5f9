// SPDX-License-Identifier: Apache-2.0
//
// A function as the load balancer calls it: one version of its configuration, with all that is the
// same for every call rendered once. A changed app, function or route makes a new version.

#pragma once

#include <memory>
#include <string>

#include "services/base/http.h"
#include "services/wire/function_setup.h"

namespace fn::services {

struct FunctionVersion {
  FunctionSetup setup;
  std::string json;               // function_json(setup)
  std::string slot;               // slot_hash(json)
  std::string group = "default";  // whose runners its calls may use
  bool detached = false;  // of a v1 route of type async: its callers do not wait for answers
  // Of a v1 route: added to every answer.
  HttpHeaders route_headers;
};

using FunctionVersionPtr = std::shared_ptr<const FunctionVersion>;

}  // namespace fn::services
