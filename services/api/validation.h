// SPDX-License-Identifier: Apache-2.0
//
// What a value of the model must be before it is kept, with Fn's texts (kInvalidArgument).

#pragma once

#include <string>

#include "core/base/result.h"
#include "services/api/model.h"

namespace fn::services {

// v1 and v2 differ in how long a name of an app may be.
core::Status check_app_name(const std::string& name, bool is_v1);
core::Status check(const App& app);
core::Status check(const Fn& fn);
core::Status check(const Trigger& trigger);

// A route as v1 wants it. Values that `before` had are let be: v2 allows a longer timeout.
core::Status check(const Route& route, const Route& before);

// "/a//b/../c" becomes "/a/c".
[[nodiscard]] std::string clean_path(const std::string& path);

}  // namespace fn::services
