// SPDX-License-Identifier: Apache-2.0
//
// How one call ended for its caller: what the world tells the report of it, once per call.

#pragma once

#include "core/base/handle.h"
#include "core/base/time.h"
#include "core/lb/messages.h"

namespace fn::sim {

struct CallRecord {
  core::Instant arrived;
  core::Instant started = core::kNever;  // of the function; kNever: it never started
  core::Instant ended;
  // Cold calls: container start and first run, minus the warm run.
  core::Duration cold_overhead{};
  core::FunctionHandle function{};
  core::CallOutcome outcome = core::CallOutcome::kCompleted;
  bool cold = false;
  core::RefusalReason reason = core::RefusalReason::kNone;
};

}  // namespace fn::sim
