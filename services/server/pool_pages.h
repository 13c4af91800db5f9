// SPDX-License-Identifier: Apache-2.0
//
// The node pool manager's pages for people and fnctl, JSON: `/pools`, all groups with what they
// need and have, and `/pools/GROUP`, one of them with its last decisions.

#pragma once

#include <optional>

#include "services/base/http.h"
#include "services/npm/npm_node.h"
#include "services/server/npm_report.h"

namespace fn::services {

// The page, or none: the target is no such page. On the core thread.
[[nodiscard]] std::optional<HttpResponse> pool_page(const HttpRequestHead& head,
                                                    const NpmNode& node,
                                                    const NpmReport& report);

}  // namespace fn::services
