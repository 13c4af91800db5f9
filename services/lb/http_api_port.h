// SPDX-License-Identifier: Apache-2.0
//
// The API server over HTTP. Requests and answers are taken whole: they are small.

#pragma once

#include <memory>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/lb/api_port.h"

namespace fn::services {

// `url`: http://HOST[:PORT][/]. The error says what was expected.
core::Result<std::unique_ptr<ApiPort>> make_http_api_port(Loop& loop, const std::string& url);

}  // namespace fn::services
