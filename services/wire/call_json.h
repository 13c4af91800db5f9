// SPDX-License-Identifier: Apache-2.0
//
// The call as JSON, the payload of TryCall (fn.md 5.7): written by the LB, read by the runner. What
// depends on the function alone is rendered once per version and put in front of what depends on
// the call.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "services/base/http.h"
#include "services/wire/function_setup.h"

namespace fn::services {

// What differs from call to call.
struct CallFields {
  std::string id;
  std::string type = "sync";  // or "detached"
  std::string method;
  std::string url;
  std::string created_at;  // RFC 3339
  HttpHeaders headers;     // a name may stand several times
};

// The function's members, without braces: `"app_id":"...",...`.
[[nodiscard]] std::string function_json(const FunctionSetup& setup);

// The slot key: SHA-256 of function_json() in hexadecimal.
[[nodiscard]] std::string slot_hash(const std::string& function_json);

// The whole call. Bytes that are no UTF-8 become U+FFFD, as with Go's encoder.
[[nodiscard]] std::string call_json(std::string_view function_json, const CallFields& fields);

struct ParsedCall {
  FunctionSetup setup;
  CallFields fields;
};

// Members of the wrong type or beyond their range are an error that names them; unknown ones are
// passed over.
[[nodiscard]] core::Result<ParsedCall> parse_call(std::string_view json);

// "100m" or "0.1" as thousandths of a CPU; empty: 0. An error names the expected form.
[[nodiscard]] core::Result<std::uint32_t> parse_cpus(std::string_view text);

}  // namespace fn::services
