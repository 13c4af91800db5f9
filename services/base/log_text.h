// SPDX-License-Identifier: Apache-2.0
//
// One line of the log as text. Whatever the texts hold, it is one line of valid UTF-8 without
// control characters, and a reader of logfmt or JSON gets the fields back.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/base/log.h"

namespace fn::services {

// Appends the line with its '\n'. Texts beyond 16 KiB are cut.
void append_line(std::string& out,
                 const Log::Writing& writing,
                 std::int64_t wall_ns,
                 LogLevel level,
                 std::string_view message,
                 LogFields fields);

}  // namespace fn::services
