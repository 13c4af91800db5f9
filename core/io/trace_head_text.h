// SPDX-License-Identifier: Apache-2.0
//
// What a .fntrace file says about itself: lines "key value". A reader skips keys that it does not
// know, so later versions may add some.

#pragma once

#include <string>
#include <string_view>

#include "core/io/trace_model.h"

namespace fn::core {

// Everything but the functions.
std::string head_text(const TraceHead& head);

// The other way round. False when a line is not of this form.
bool parse_head(std::string_view text, TraceHead& head);

}  // namespace fn::core
