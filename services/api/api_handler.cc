// SPDX-License-Identifier: Apache-2.0

#include "services/api/api_handler.h"

#include <cstdint>
#include <exception>
#include <utility>

#include "services/api/api_call.h"
#include "services/api/api_router.h"
#include "services/base/clock.h"

namespace fn::services {
namespace {

using core::ErrorCode;

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kTooBusy:
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kDeadlineExceeded:
      return 504;
    case ErrorCode::kInternal:
      break;
  }
  return 500;
}

// Where the client, or the first proxy on its way, sent the request. Empty: it did not say.
std::string base_url_of(const ApiConfig& config, const HttpHeaders& headers) {
  if (!config.public_lb_url.empty()) {
    return config.public_lb_url;
  }
  const std::string_view forwarded = find_header(headers, "X-Forwarded-Host");
  const std::string_view host =
      forwarded.empty() ? find_header(headers, "Host") : forwarded.substr(0, forwarded.find(','));
  const std::string_view scheme = find_header(headers, "X-Forwarded-Proto");
  const bool https = same_word(scheme.substr(0, scheme.find(',')), "https");
  return host.empty() ? "" : (https ? "https://" : "http://") + std::string(host);
}

// What is no part of v1 or v2. Status 0: the path is another one.
HttpResponse answer_outside(const HttpRequestHead& head, const std::string& version) {
  const std::string_view path = path_of(head.target);
  if (head.method == "GET" && path == "/") {
    return json_response(200, {{"hello", "world!"}, {"goto", "https://github.com/fnproject/fn"}});
  }
  if (head.method == "GET" && path == "/version") {
    return json_response(200, {{"version", version}});
  }
  return {0, {}, ""};
}

HttpResponse refuse_path(const HttpRequestHead& head, const ApiMatch& match, bool is_v1) {
  const std::string path = percent_decoded(path_of(head.target));
  const bool outside = path == "/" || path == "/version";
  if (!match.allowed.empty() || outside) {
    HttpResponse response =
        error_response(405, "Method not allowed: " + head.method + " " + path, is_v1);
    response.headers.emplace_back("Allow", outside ? "GET" : match.allowed);
    return response;
  }
  return error_response(
      404, "Path not found: " + (is_v1 ? std::string{} : head.method + " ") + path, is_v1);
}

// A function that writes, with its transaction around it.
ApiAnswer run(const ApiRoute& route, ApiCall& call) {
  if (!route.writes) {
    return route.function(call);
  }
  auto transaction = call.store.begin();
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  ApiAnswer answer = route.function(call);
  if (answer && answer->status < 400) {
    if (const core::Status done = transaction->commit(); !done) {
      return tl::unexpected(done.error());
    }
  }
  return answer;
}

}  // namespace

HttpResponse json_response(unsigned status, const Json& body) {
  return {status, {{"Content-Type", "application/json; charset=utf-8"}}, json_text(body)};
}

HttpResponse error_response(unsigned status, const std::string& message, bool is_v1) {
  const Json told = {{"message", message}};
  return json_response(status, is_v1 ? Json{{"error", told}} : told);
}

struct ApiHandler::State {
  ApiConfig config;
  std::unique_ptr<Store> store;
  IdMaker ids = IdMaker::random();

  void report(const HttpRequestHead& head, const std::string& what) const {
    if (config.on_error) {
      config.on_error(head.method + " " + std::string(path_of(head.target)) + ": " + what);
    }
  }

  HttpResponse refuse(const HttpRequestHead& head, const core::Error& error, bool is_v1) const {
    const unsigned status = status_of(error.code);
    if (status < 500) {
      return error_response(status, error.message, is_v1);
    }
    // The reason is the operator's: it names files of this machine.
    report(head, error.message);
    HttpResponse response = error_response(
        status, status == 500 ? "internal server error" : "Database is busy, try again", is_v1);
    if (status == 503) {
      response.headers.emplace_back("Retry-After", "1");
    }
    return response;
  }

  HttpResponse answer(const HttpRequestHead& head, std::string_view body) {
    if (HttpResponse response = answer_outside(head, config.version); response.status != 0) {
      return response;
    }
    const bool is_v1 = head.target.starts_with("/v1");
    ApiMatch match = match_api(head.method, path_of(head.target));
    if (match.route == nullptr) {
      return refuse_path(head, match, is_v1);
    }
    if (body.size() > kMaxBodyBytes) {
      return error_response(
          413, "Request body is larger than " + std::to_string(kMaxBodyBytes) + " bytes", is_v1);
    }
    ApiCall call = {*store,
                    ids,
                    std::move(match.arguments),
                    std::string(query_of(head.target)),
                    body,
                    base_url_of(config, head.headers),
                    wall_now_ns() / 1'000'000};
    ApiAnswer answered = run(*match.route, call);
    return answered ? std::move(*answered) : refuse(head, answered.error(), is_v1);
  }
};

ApiHandler::ApiHandler(std::unique_ptr<State> state) : state_(std::move(state)) {}

ApiHandler::~ApiHandler() = default;

core::Result<std::unique_ptr<ApiHandler>> ApiHandler::open(ApiConfig config) {
  auto store = Store::open(config.db_url, config.busy_time);
  if (!store) {
    return tl::unexpected(store.error());
  }
  while (config.public_lb_url.ends_with('/')) {
    config.public_lb_url.pop_back();
  }
  auto state = std::make_unique<State>();
  state->config = std::move(config);
  state->store = std::move(*store);
  return std::unique_ptr<ApiHandler>(new ApiHandler(std::move(state)));
}

HttpResponse ApiHandler::handle(const HttpRequestHead& head, std::string_view body) {
  try {
    return state_->answer(head, body);
  } catch (const std::exception& error) {
    state_->report(head, error.what());
    return error_response(500, "internal server error", head.target.starts_with("/v1"));
  }
}

}  // namespace fn::services
