// SPDX-License-Identifier: Apache-2.0
//
// The limits of annotations: keys up to 128 bytes of printable ASCII without blanks, values up to
// 512 bytes of JSON that is neither empty nor null, at most 100 of them.

#pragma once

#include <string>

#include "core/base/result.h"
#include "services/api/model.h"

namespace fn::services {

core::Status check(const Annotations& annotations);

// In a change such a value deletes the key.
[[nodiscard]] bool is_empty_annotation(const std::string& value);

}  // namespace fn::services
