// SPDX-License-Identifier: Apache-2.0
//
// What a caller is told when a call did not go well: an HTTP status, Fn's text (fn.md 3.8) and, as
// JSON, whose limit it was and when to try again:
//   {"code", "message", "reason", "group", "limit", "retry_after_s", "call_id"}
// `reason` is one of a closed list, below. For `/r/` the seed's form stands beside it,
//   {"error": {"message"}}.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/base/http.h"
#include "services/lb/lb_group.h"
#include "services/lb/pool_port.h"

namespace fn::services {

// Fn's word for whatever may go better later.
inline constexpr const char* kTooBusy = "Timed out - server too busy";

enum class AnswerReason {
  kBadRequest,         // 400: the request is not one for an invocation
  kNotFound,           // 404: no such app, function, trigger, route or path
  kMethodNotAllowed,   // 405
  kBodyTooLarge,       // 413: a detached body beyond FN_LB_REPLAY_BYTES
  kFunctionTooLarge,   // 400: no runner of the group could ever hold it
  kGroupNotAllowed,    // 403: the group is not for this app
  kNoRunnerForGroup,   // 503: the group has no runner
  kRunnersFull,        // 503: no runner took the call in time
  kWaitingCallsFull,   // 503: the group's waiting calls reached their limit
  kBodyNotReplayable,  // 503: refused after bytes of the body were gone
  kRunnerLost,         // 500: the runner was lost while it ran the call
  kRunnerError,        // the runner's status: its own fault
  kFunctionError,      // the runner's status: the function's fault
  kFunctionTimedOut,   // 504
  kApiUnreachable,     // 503: the function is not known and nobody can be asked
  kApiError,           // the API server's status
  kShuttingDown,       // 503
};

[[nodiscard]] std::string_view name_of(AnswerReason reason);

struct ErrorAnswer {
  AnswerReason reason = AnswerReason::kBadRequest;
  unsigned status = 400;
  std::string message;
  std::string limit;  // which limit was hit; empty: none
  std::uint32_t retry_after_s = 0;
};

// What the end of a call that did not complete means for its caller.
[[nodiscard]] ErrorAnswer error_of(const CallEnd& end);

// Why the group takes no call of this app, if it does not.
[[nodiscard]] std::optional<ErrorAnswer> refusal_of(const GroupPool& pool,
                                                    const std::string& group,
                                                    const std::string& app);

struct AnswerContext {
  std::string group;
  std::string call_id;     // empty: no call was made
  bool seed_form = false;  // under /r/
};

[[nodiscard]] HttpResponse error_response(const ErrorAnswer& error, const AnswerContext& context);

}  // namespace fn::services
