// SPDX-License-Identifier: Apache-2.0
//
// Moves a body from one pipe to another at the pace of the slower side, so that who moves it learns
// how it ended.

#pragma once

#include <functional>

#include "core/base/result.h"
#include "services/base/body_pipe.h"

namespace fn::services {

// Reads `from` to its end and writes all of it to `to`, then ends `to` in the same way and calls
// `done` once with it. If the reader of `to` abandons it, `from` is abandoned, and `done` gets
// kUnavailable.
void pump_body(const BodyPipePtr& from,
               const BodyPipePtr& to,
               std::function<void(core::Status)> done);

}  // namespace fn::services
