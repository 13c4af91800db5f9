// SPDX-License-Identifier: Apache-2.0
//
// CallLogFront: `GET /v1/apps/:app/calls/:call/log` at the load balancer (fn.md 5.2), of a call of
// either API: JSON, or the bare text with `Accept: text/plain`, else 406. The runner that had the
// call is asked. 404 when it has let go of the log; 503 with a `reason` when it cannot be asked:
// `runner_unreachable`, or `logs_not_offered` by a runner of Fn.

#pragma once

#include <functional>
#include <string>

#include "services/base/http_server.h"
#include "services/lb/log_port.h"
#include "services/lb/remembered_calls.h"

namespace fn::services {

class CallLogFront {
 public:
  // What a runner is called in an answer.
  using NameOf = std::function<std::string(core::RunnerHandle runner)>;

  // REQUIRES: calls and port outlive the front.
  CallLogFront(const RememberedCalls& calls, LogPort& port, NameOf name_of);

  // True if the request asks for the log of a call of this app that is remembered: it is answered
  // then, now or later. Of any other the API server knows better what to say.
  bool take(const HttpExchangePtr& exchange);

 private:
  const RememberedCalls& calls_;
  LogPort& port_;
  NameOf name_of_;
};

}  // namespace fn::services
