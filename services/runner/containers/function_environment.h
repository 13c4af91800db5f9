// SPDX-License-Identifier: Apache-2.0
//
// The variables that every function finds, whatever runs it (fn.md 4.5, 4.6).

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/wire/function_setup.h"

namespace fn::services {

using Environment = std::vector<std::pair<std::string, std::string>>;

// `base` is what the image and the driver give; the function's config wins over it, Fn's own
// variables over both, and `further` over all. No `listener`: the format has no socket. Each name
// comes once, in order.
Environment function_environment(const FunctionSetup& setup,
                                 const std::string& format,
                                 const std::string& listener,
                                 const Environment& base,
                                 const Environment& further);

}  // namespace fn::services
