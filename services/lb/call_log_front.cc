// SPDX-License-Identifier: Apache-2.0

#include "services/lb/call_log_front.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

namespace fn::services {
namespace {

using Json = nlohmann::ordered_json;

enum class Form : std::uint8_t { kJson, kText };

// The next part of a path, taken off its front.
std::string_view next_part(std::string_view& path) {
  const std::size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(end);
  return part;
}

// The first in the client's order that there is; weights are passed over, as Fn does.
std::optional<Form> form_of(std::string_view accept) {
  if (accept.empty()) {
    return Form::kJson;
  }
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    std::string_view type = accept.substr(0, std::min(end, accept.find(';')));
    accept.remove_prefix(std::min(end + 1, accept.size()));
    type.remove_prefix(std::min(type.find_first_not_of(' '), type.size()));
    type = type.substr(0, type.find_last_not_of(' ') + 1);
    if (same_word(type, "text/plain") || same_word(type, "text/*")) {
      return Form::kText;
    }
    if (same_word(type, "application/json") || same_word(type, "application/*") || type == "*/*") {
      return Form::kJson;
    }
  }
  return std::nullopt;
}

HttpResponse json_answer(unsigned status, const Json& body) {
  return {status,
          {{"Content-Type", "application/json; charset=utf-8"}},
          body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

HttpResponse error_answer(unsigned status, const std::string& message, const char* reason) {
  Json body = {{"error", {{"message", message}}}};
  if (reason != nullptr) {
    body["message"] = message;
    body["reason"] = reason;
  }
  return json_answer(status, body);
}

HttpResponse response_to(LogAnswer&& answer,
                         const LogRequest& wanted,
                         Form form,
                         const std::string& runner) {
  switch (answer.kind) {
    case LogAnswer::Kind::kLog:
      if (form == Form::kText) {
        return {200, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(answer.text)};
      }
      return json_answer(200,
                         {{"message", "Successfully loaded log"},
                          {"log",
                           {{"call_id", wanted.call},
                            {"app_name", wanted.app},
                            {"log", std::move(answer.text)}}}});
    case LogAnswer::Kind::kUnknown:
      return error_answer(404, "Call log not found", nullptr);
    case LogAnswer::Kind::kNotOffered:
      return error_answer(503,
                          "the call ran on " + runner + ", a runner that offers no logs of calls",
                          "logs_not_offered");
    case LogAnswer::Kind::kUnreachable:
      break;
  }
  return error_answer(
      503,
      "the log is with the runner " + runner + ", which cannot be reached: " + answer.text,
      "runner_unreachable");
}

}  // namespace

std::optional<LogRequest> log_request_of(const HttpRequestHead& head) {
  std::string_view path = path_of(head.target);
  if (head.method != "GET" || next_part(path) != "/v1" || next_part(path) != "/apps") {
    return std::nullopt;
  }
  const std::string_view app = next_part(path);
  if (next_part(path) != "/calls") {
    return std::nullopt;
  }
  const std::string_view call = next_part(path);
  if (path != "/log" || app.size() < 2 || call.size() < 2) {
    return std::nullopt;
  }
  return LogRequest{percent_decoded(app.substr(1)),
                    percent_decoded(call.substr(1)),
                    std::string(find_header(head.headers, "Accept"))};
}

CallLogFront::CallLogFront(const RememberedCalls& calls, LogPort& port, NameOf name_of)
    : calls_(calls), port_(port), name_of_(std::move(name_of)) {}

bool CallLogFront::answer(const LogRequest& question, Handler handler) {
  const std::optional<RememberedCalls::Known> known = calls_.find(question.call);
  if (!known || known->function->setup.app_name != question.app) {
    return false;
  }
  const std::optional<Form> form = form_of(question.accept);
  if (!form) {
    handler(
        error_answer(406, "a log is application/json or text/plain: accept one of them", nullptr));
    return true;
  }
  port_.ask_log(
      known->runner,
      question.call,
      [handler = std::move(handler), question, form = *form, runner = name_of_(known->runner)](
          LogAnswer answer) { handler(response_to(std::move(answer), question, form, runner)); });
  return true;
}

}  // namespace fn::services
