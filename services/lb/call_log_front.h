// SPDX-License-Identifier: Apache-2.0
//
// `GET /v1/apps/:app/calls/:call/log` at the load balancer (fn.md 5.2), of a call of
// either API: JSON, or the bare text with `Accept: text/plain`, else 406. The runner that had the
// call is asked. 404 when it has let go of the log; 503 with a `reason` when it cannot be asked:
// `runner_unreachable`, or `logs_not_offered` by a runner of Fn.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "services/base/http_server.h"
#include "services/lb/log_port.h"
#include "services/lb/remembered_calls.h"

namespace fn::services {

struct LogRequest {
  std::string app;
  std::string call;
  std::string accept;  // the header
};

// What a request asks, if it asks for a log.
[[nodiscard]] std::optional<LogRequest> log_request_of(const HttpRequestHead& head);

class CallLogFront {
 public:
  // What a runner is called in an answer.
  using NameOf = std::function<std::string(core::RunnerHandle runner)>;
  using Handler = std::function<void(HttpResponse response)>;

  // REQUIRES: calls and port outlive the front.
  CallLogFront(const RememberedCalls& calls, LogPort& port, NameOf name_of);

  // True if a call of this app is remembered: the handler is called then, now or later. Of any
  // other the API server knows better what to say.
  bool answer(const LogRequest& question, Handler handler);

 private:
  const RememberedCalls& calls_;
  LogPort& port_;
  NameOf name_of_;
};

}  // namespace fn::services
