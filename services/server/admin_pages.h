// SPDX-License-Identifier: Apache-2.0
//
// The pages that every node has, whatever its roles: `/`, `/version`, `/healthz`, `/livez`,
// `/readyz` (fn.md 5.1). A node that is not ready says what it waits for.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "services/base/http.h"

namespace fn::services {

struct AdminPages {
  // What the node still waits for; empty: it is ready.
  std::function<std::string()> waits_for;
  std::function<std::string()> metrics;

  // The page, or none: the target is no such page.
  [[nodiscard]] std::optional<HttpResponse> page(const HttpRequestHead& head) const;
};

[[nodiscard]] HttpResponse json_response(unsigned status, std::string body);

// 400: nodes of this type do not serve that; in the form of the seed and in that of v2.
[[nodiscard]] HttpResponse not_served_here(const std::string& message);

// 404 or 405 in Fn's words.
[[nodiscard]] HttpResponse no_such_path(const HttpRequestHead& head);

}  // namespace fn::services
