// SPDX-License-Identifier: Apache-2.0
//
// The model as JSON, both ways: what clients send becomes a model value in which only the fields
// that they gave are set (times and computed annotations are ours and are dropped); what is kept
// becomes the JSON of v1 or v2. `base_url` is where clients reach the load balancer; empty:
// unknown, and the endpoint annotations are left out.

#pragma once

#include <string>

#include "core/base/result.h"
#include "services/api/json_text.h"
#include "services/api/model.h"

namespace fn::services {

core::Result<App> app_from(const Json& body);
core::Result<Fn> fn_from(const Json& body);
core::Result<Trigger> trigger_from(const Json& body);
core::Result<Route> route_from(const Json& body);

[[nodiscard]] Json v1_app(const App& app);
[[nodiscard]] Json v1_route(const Route& route, const std::string& app_name);
[[nodiscard]] Json v2_app(const App& app);
[[nodiscard]] Json v2_fn(const Fn& fn, const std::string& base_url);
[[nodiscard]] Json v2_trigger(const Trigger& trigger,
                              const std::string& app_name,
                              const std::string& base_url);

}  // namespace fn::services
