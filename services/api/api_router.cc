// SPDX-License-Identifier: Apache-2.0

#include "services/api/api_router.h"

#include <algorithm>
#include <optional>

#include "services/base/http.h"

namespace fn::services {
namespace {

using Arguments = std::vector<std::string>;

// Takes the first piece off a path that begins with a slash.
std::string_view next_piece(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view piece = path.substr(0, path.find('/'));
  path.remove_prefix(piece.size());
  return piece;
}

std::optional<Arguments> fit(std::string_view pattern, std::string_view path) {
  Arguments arguments;
  while (!pattern.empty() && !path.empty()) {
    if (pattern.starts_with("/*")) {
      arguments.push_back(percent_decoded(path.substr(1)));
      return arguments;
    }
    const std::string_view wanted = next_piece(pattern);
    const std::string_view piece = next_piece(path);
    if (wanted.starts_with(':') && !piece.empty()) {
      arguments.push_back(percent_decoded(piece));
    } else if (wanted != piece) {
      return std::nullopt;
    }
  }
  const bool whole = pattern.empty() && (path.empty() || path == "/");
  return whole ? std::optional(std::move(arguments)) : std::nullopt;
}

}  // namespace

ApiMatch match_api(std::string_view method, std::string_view path) {
  ApiMatch match;
  if (!path.starts_with('/')) {
    return match;
  }
  for (const auto& routes : {v1_app_routes(),
                             v1_route_routes(),
                             v1_call_routes(),
                             v2_app_routes(),
                             v2_fn_routes(),
                             v2_trigger_routes()}) {
    for (const ApiRoute& route : routes) {
      std::optional<Arguments> arguments = fit(route.pattern, path);
      if (!arguments) {
        continue;
      }
      if (method == route.method) {
        match.route = &route;
        match.arguments = std::move(*arguments);
        return match;
      }
      match.allowed.append(match.allowed.empty() ? "" : ", ").append(route.method);
    }
  }
  return match;
}

}  // namespace fn::services
