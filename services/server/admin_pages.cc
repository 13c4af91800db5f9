// SPDX-License-Identifier: Apache-2.0

#include "services/server/admin_pages.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "services/base/metrics.h"

namespace fn::services {

HttpResponse json_response(unsigned status, std::string body) {
  return {status, {{"Content-Type", "application/json; charset=utf-8"}}, std::move(body)};
}

HttpResponse not_served_here(const std::string& message) {
  const nlohmann::ordered_json body = {{"message", message}, {"error", {{"message", message}}}};
  return json_response(400, body.dump());
}

HttpResponse no_such_path(const HttpRequestHead& head) {
  const nlohmann::json body = {
      {"message", "Path not found: " + head.method + " " + std::string(path_of(head.target))}};
  return json_response(404, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::optional<HttpResponse> AdminPages::page(const HttpRequestHead& head) const {
  const std::string_view path = path_of(head.target);
  if (path == "/") {
    return json_response(200, R"({"hello":"world!","goto":"https://github.com/fnproject/fn"})");
  }
  if (path == "/version") {
    return json_response(200, R"({"version":")" FN_VERSION R"("})");
  }
  if (path == "/healthz" || path == "/livez") {
    return json_response(200, R"({"status":"ok"})");
  }
  if (path == "/readyz") {
    const std::string reason = waits_for();
    const nlohmann::json body = {{"status", reason.empty() ? "ready" : "waiting"},
                                 {"waits_for", reason}};
    return json_response(reason.empty() ? 200 : 503, body.dump());
  }
  if (path == "/metrics") {
    return HttpResponse{200, {{"Content-Type", std::string(kMetricsContentType)}}, metrics()};
  }
  return std::nullopt;
}

}  // namespace fn::services
