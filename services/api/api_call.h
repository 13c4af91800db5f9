// SPDX-License-Identifier: Apache-2.0
//
// ApiCall: one request as the functions of the API see it, and ApiRoute: which function answers
// which method and path. Functions that write run within one transaction, which is committed if
// they answer well and undone if not.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "services/api/json_text.h"
#include "services/api/store.h"
#include "services/base/http.h"
#include "services/base/id_maker.h"

namespace fn::services {

struct ApiCall {
  Store& store;
  IdMaker& ids;
  std::vector<std::string> arguments;  // what stood for ":" and "*", decoded, in order
  std::string query;                   // still encoded
  std::string_view body;
  std::string base_url;  // where the client reaches the load balancer
  std::int64_t now_ms = 0;
};

using ApiAnswer = core::Result<HttpResponse>;

struct ApiRoute {
  const char* method;
  const char* pattern;  // ":name" is one piece of the path, "*name" the rest of it
  bool writes;
  ApiAnswer (*function)(ApiCall& call);
};

// Runs the steps up to the first that fails.
template <typename... Steps>
core::Status in_order(Steps... steps) {
  core::Status done;
  static_cast<void>(((done = steps(), done.has_value()) && ...));
  return done;
}

// The response, or why there is none.
template <typename Response>
ApiAnswer answer_if(const core::Status& done, Response response) {
  if (!done) {
    return tl::unexpected(done.error());
  }
  return response();
}

[[nodiscard]] HttpResponse json_response(unsigned status, const Json& body);

// `message` where and how clients of v1, or of anything else, look for it.
[[nodiscard]] HttpResponse error_response(unsigned status, const std::string& message, bool is_v1);

// The tables of the API, one for each file.
std::span<const ApiRoute> v1_app_routes();
std::span<const ApiRoute> v1_route_routes();
std::span<const ApiRoute> v1_call_routes();
std::span<const ApiRoute> v2_app_routes();
std::span<const ApiRoute> v2_fn_routes();
std::span<const ApiRoute> v2_trigger_routes();

}  // namespace fn::services
