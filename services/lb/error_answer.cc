// SPDX-License-Identifier: Apache-2.0

#include "services/lb/error_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fn::services {
namespace {

constexpr const char* kInternal = "internal server error";

ErrorAnswer too_busy(AnswerReason reason, const CallEnd& end, std::string limit) {
  return {reason, 503, kTooBusy, std::move(limit), end.retry_after_s};
}

// The machine's reasons for a call that never ran.
ErrorAnswer refusal_of(const CallEnd& end) {
  switch (end.reason) {
    case core::RefusalReason::kTooLarge:
      return {AnswerReason::kFunctionTooLarge,
              400,
              "Requested CPU/Memory cannot be allocated",
              "size of the group's largest runner",
              0};
    case core::RefusalReason::kNoRunner:
      return too_busy(AnswerReason::kNoRunnerForGroup, end, "runners of the group: 0");
    case core::RefusalReason::kQueueFull:
      return too_busy(AnswerReason::kWaitingCallsFull, end, "lb.waiting_calls, lb.waiting_bytes");
    case core::RefusalReason::kRunnerBroken:
      return {AnswerReason::kRunnerLost, 500, kInternal, {}, 0};
    case core::RefusalReason::kNone:
    case core::RefusalReason::kRunnerFull:
    case core::RefusalReason::kRunnerDraining:
    case core::RefusalReason::kNoRoom:
    case core::RefusalReason::kTimedOut:
    case core::RefusalReason::kCallerGone:
    case core::RefusalReason::kOtherGroup:
      break;
  }
  return too_busy(AnswerReason::kRunnersFull, end, "memory and CPU of the group's runners");
}

}  // namespace

std::string_view name_of(AnswerReason reason) {
  switch (reason) {
    case AnswerReason::kBadRequest:
      return "bad_request";
    case AnswerReason::kNotFound:
      return "not_found";
    case AnswerReason::kMethodNotAllowed:
      return "method_not_allowed";
    case AnswerReason::kBodyTooLarge:
      return "body_too_large";
    case AnswerReason::kFunctionTooLarge:
      return "function_too_large";
    case AnswerReason::kGroupNotAllowed:
      return "group_not_allowed";
    case AnswerReason::kNoRunnerForGroup:
      return "no_runner_for_group";
    case AnswerReason::kRunnersFull:
      return "runners_full";
    case AnswerReason::kWaitingCallsFull:
      return "waiting_calls_full";
    case AnswerReason::kBodyNotReplayable:
      return "body_not_replayable";
    case AnswerReason::kRunnerLost:
      return "runner_lost";
    case AnswerReason::kRunnerError:
      return "runner_error";
    case AnswerReason::kFunctionError:
      return "function_error";
    case AnswerReason::kFunctionTimedOut:
      return "function_timed_out";
    case AnswerReason::kApiUnreachable:
      return "api_unreachable";
    case AnswerReason::kApiError:
      return "api_error";
    case AnswerReason::kShuttingDown:
      return "shutting_down";
  }
  return "unknown";
}

ErrorAnswer error_of(const CallEnd& end) {
  if (end.body_gone) {
    // The machine counts it as a run that failed, and says nothing of when to come again.
    ErrorAnswer answer = too_busy(AnswerReason::kBodyNotReplayable, end, "FN_LB_REPLAY_BYTES");
    answer.retry_after_s = std::max(answer.retry_after_s, 1U);
    return answer;
  }
  if (end.code == 0) {
    return refusal_of(end);
  }
  constexpr int kTimedOut = 504;
  const bool is_status = end.code >= 400 && end.code < 600;
  ErrorAnswer answer;
  answer.status = is_status ? static_cast<unsigned>(end.code) : 500;
  answer.message = end.message.empty() ? "Unknown Error From Pure Runner" : end.message;
  answer.reason = end.by_function ? AnswerReason::kFunctionError : AnswerReason::kRunnerError;
  if (end.code == kTimedOut && end.outcome == core::CallOutcome::kTimedOut) {
    answer.reason = AnswerReason::kFunctionTimedOut;
    answer.limit = "timeout of the function";
  }
  return answer;
}

std::optional<ErrorAnswer> refusal_of(const GroupPool& pool,
                                      const std::string& group,
                                      const std::string& app) {
  if (!pool.apps.empty() && std::ranges::find(pool.apps, app) == pool.apps.end()) {
    return ErrorAnswer{AnswerReason::kGroupNotAllowed,
                       403,
                       "the app may not use the LB group " + group,
                       "apps of the group",
                       0};
  }
  if (!pool.refusal.empty()) {
    return ErrorAnswer{AnswerReason::kNoRunnerForGroup, 503, kTooBusy, pool.refusal, 1};
  }
  if (pool.members.empty() && !pool.shortage.empty()) {
    return ErrorAnswer{AnswerReason::kNoRunnerForGroup, 503, kTooBusy, pool.shortage, 1};
  }
  return std::nullopt;
}

HttpResponse error_response(const ErrorAnswer& error, const AnswerContext& context) {
  nlohmann::ordered_json body = {
      {"code", error.status}, {"message", error.message}, {"reason", name_of(error.reason)}};
  if (!context.group.empty()) {
    body["group"] = context.group;
  }
  if (!error.limit.empty()) {
    body["limit"] = error.limit;
  }
  HttpResponse response;
  response.status = error.status;
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  if (error.retry_after_s > 0) {
    body["retry_after_s"] = error.retry_after_s;
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after_s));
  }
  if (!context.call_id.empty()) {
    body["call_id"] = context.call_id;
    response.headers.emplace_back("Fn-Call-Id", context.call_id);
  }
  if (context.seed_form) {
    body["error"] = {{"message", error.message}};
  }
  response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return response;
}

}  // namespace fn::services
