// SPDX-License-Identifier: Apache-2.0
//
// The messages of the seed's format `json` (fn.md 4.6): what a function reads from its stdin for a
// call, and what it writes to its stdout as the answer. Both are whole texts.

#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "services/base/http.h"
#include "services/runner/container.h"

namespace fn::services {

// One line. A body that is no UTF-8 has its wrong bytes replaced, as in Fn.
std::string json_request(const RunRequest& request, const std::string& body);

// The error says what is wrong with it.
core::Result<HttpResponse> json_response(std::string_view text);

}  // namespace fn::services
