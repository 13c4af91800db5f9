// SPDX-License-Identifier: Apache-2.0
//
// The three ways to ask for a call over HTTP, and what each means for headers: `/invoke/:fn_id`,
// triggers `/t/:app/...` and the seed's routes `/r/:app/...` (fn.md 4.5, 4.6, 5.4, 5.5).

#pragma once

#include <optional>
#include <string>

#include "services/base/http.h"
#include "services/lb/fn_catalog.h"
#include "services/lb/function_version.h"

namespace fn::services {

// Whom the target asks for; none: it is no invocation. Methods are not looked at.
[[nodiscard]] std::optional<FnAddress> address_of(const std::string& target);

// The headers that the function is given.
[[nodiscard]] HttpHeaders headers_for_function(const HttpRequestHead& head,
                                               const FnAddress& address,
                                               const FunctionVersion& function);

// The function's answer as the caller sees it.
struct CallerAnswer {
  unsigned status = 200;
  HttpHeaders headers;
};

[[nodiscard]] CallerAnswer answer_for_caller(unsigned status,
                                             HttpHeaders&& headers,
                                             const FnAddress& address,
                                             const FunctionVersion& function);

}  // namespace fn::services
