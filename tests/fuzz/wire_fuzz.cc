// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as the JSON of a call, and as a function's answer in the seed's
// format json. What is understood means the same once it was written and read again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.h"
#include "services/runner/containers/json_format.h"
#include "services/wire/call_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fn::services::call_json;
  using fn::services::function_json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto call = fn::services::parse_call(text)) {
    const auto again =
        fn::services::parse_call(call_json(function_json(call->setup), call->fields));
    FN_ASSERT(again.has_value());
    FN_ASSERT(function_json(again->setup) == function_json(call->setup));
    FN_ASSERT(again->fields.id == call->fields.id);
    FN_ASSERT(again->fields.headers.size() == call->fields.headers.size());
  }
  if (const auto answer = fn::services::json_response(text)) {
    FN_ASSERT(answer->status >= 100 && answer->status < 1000);
  }
  return 0;
}
