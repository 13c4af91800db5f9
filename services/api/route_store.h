// SPDX-License-Identifier: Apache-2.0
//
// Routes on top of the store: each is an http trigger and its function (services/api/model.h). The
// changes run within the transaction of the call.

#pragma once

#include <string>

#include "core/base/result.h"
#include "services/api/api_call.h"
#include "services/api/model.h"

namespace fn::services {

// By the path as it stands in the URL behind /routes/, decoded, with or without a first slash.
core::Result<Route> find_route(ApiCall& call, const App& app, const std::string& path);

// Makes a function and a trigger of what was sent, and completes it.
core::Status create_route(ApiCall& call, const App& app, Route& route);

core::Status change_route(ApiCall& call, Route& kept, const Route& sent);

core::Status remove_route(ApiCall& call, const Route& route);

}  // namespace fn::services
