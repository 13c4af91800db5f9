// SPDX-License-Identifier: Apache-2.0
//
// Refuses texts that toml++ 3.3 cannot take before it sees them: what would exhaust the stack or
// the memory, and letters beyond ASCII where it has undefined behaviour for some of them (its
// is_non_ascii_horizontal_whitespace). They stay allowed where they are of use: in comments and in
// texts of one line.

#pragma once

#include <string_view>

#include "core/base/result.h"

namespace fn::core {

// Errors are one line, "NAME:LINE:COLUMN: ...".
Status guard_toml(std::string_view text, std::string_view name);

}  // namespace fn::core
