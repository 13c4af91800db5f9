// SPDX-License-Identifier: Apache-2.0
//
// One question to the API server: the few requests that it takes to know a function (fn.md 5.2,
// 5.5), and what their answers mean.

#pragma once

#include <functional>
#include <memory>

#include "services/lb/fn_catalog.h"

namespace fn::services {

// Asks; the handler is called once, unless the token is let go first.
std::shared_ptr<void> ask_for_function(ApiPort& port,
                                       const FnAddress& address,
                                       FnCatalog::Handler handler);

}  // namespace fn::services
