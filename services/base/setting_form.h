// SPDX-License-Identifier: Apache-2.0
//
// From what people write (FN_MAX_TOTAL_MEMORY_BYTES=2147483648, --http-idle-timeout 1m30s) to the
// value that a knob holds, and what to tell them when it is not one.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/config/field.h"
#include "core/config/value.h"
#include "services/base/node_settings.h"

namespace fn::services {

// The value that the knob `info` takes for `written`; nothing: as if it had not been written. The
// error's message is only what was expected.
core::Result<std::optional<core::Value>> taken(SettingForm form,
                                               const core::FieldInfo& info,
                                               const core::Value& written);

// "NAME = "text": expected ..." on one line, however the text looks.
std::string refusal(std::string_view name, const core::Value& written, std::string_view expected);

// Whether the text is "host:port" or "[IPv6]:port".
[[nodiscard]] bool is_address(std::string_view text);

}  // namespace fn::services
