// SPDX-License-Identifier: Apache-2.0
//
// A call that an LB offers to this runner, as RunnerNode sees it, whatever carries it (Engage
// stream, test). The answers are given in this order: accept or refuse; after accept `answered` at
// most once and `finished` exactly once, unless the LB took the call back (RunnerNode::cancel).

#pragma once

#include "core/lb/messages.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/runner/container.h"

namespace fn::services {

class OfferedCall {
 public:
  virtual ~OfferedCall() = default;

  virtual void accept() = 0;
  virtual void refuse(core::RefusalReason reason) = 0;
  virtual void answered(unsigned status, HttpHeaders headers, BodyPipePtr body) = 0;
  // Times of the runner's clock: how long it waited for a container, and ran.
  virtual void finished(const RunOutcome& outcome, core::Duration waited, core::Duration ran) = 0;
};

}  // namespace fn::services
