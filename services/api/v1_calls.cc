// SPDX-License-Identifier: Apache-2.0
//
// Calls and their logs are known to the load balancers that made them, not to this server: it
// answers as one that has none. What a load balancer of the seed reports is heard and let go; the
// queue of asynchronous calls is not kept here, which is said as 501.

#include <array>
#include <charconv>

#include "services/api/api_call.h"
#include "services/api/listing.h"

namespace fn::services {
namespace {

using core::ErrorCode;

bool is_epoch(const std::string& text) {
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  return text.empty() || (error == std::errc{} && rest == end);
}

core::Status check_app(ApiCall& call) {
  const auto app = call.store.app_by_name(call.arguments[0]);
  return app ? core::Status{} : tl::unexpected(app.error());
}

ApiAnswer list(ApiCall& call) {
  for (const char* const key : {"to_time", "from_time"}) {
    if (!is_epoch(query_value(call.query, key))) {
      return core::fail(ErrorCode::kInvalidArgument, std::string(key) + " is not an epoch time");
    }
  }
  return answer_if(check_app(call), [] {
    return json_response(
        200,
        {{"message", "Successfully listed calls"}, {"next_cursor", ""}, {"calls", Json::array()}});
  });
}

ApiAnswer show(ApiCall& call) {
  const core::Status app = check_app(call);
  return app ? core::fail(ErrorCode::kNotFound, "Call not found") : tl::unexpected(app.error());
}

ApiAnswer show_log(ApiCall& call) {
  const core::Status app = check_app(call);
  return app ? core::fail(ErrorCode::kNotFound, "Call log not found") : tl::unexpected(app.error());
}

ApiAnswer start(ApiCall& /*call*/) {
  return json_response(200, {{"msg", "slingshot: engage"}});
}

ApiAnswer finish(ApiCall& /*call*/) {
  return json_response(200, {{"msg", "good night, sweet prince"}});
}

ApiAnswer refuse_async(ApiCall& /*call*/) {
  return error_response(501, "Asynchronous calls are not queued by this API server", true);
}

constexpr std::array kRoutes = {
    ApiRoute{"GET", "/v1/apps/:app/calls", false, list},
    ApiRoute{"GET", "/v1/apps/:app/calls/:call", false, show},
    ApiRoute{"GET", "/v1/apps/:app/calls/:call/log", false, show_log},
    ApiRoute{"POST", "/v1/runner/start", false, start},
    ApiRoute{"POST", "/v1/runner/finish", false, finish},
    ApiRoute{"GET", "/v1/runner/async", false, refuse_async},
    ApiRoute{"PUT", "/v1/runner/async", false, refuse_async},
};

}  // namespace

std::span<const ApiRoute> v1_call_routes() {
  return kRoutes;
}

}  // namespace fn::services
