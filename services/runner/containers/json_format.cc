// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/json_format.h"

#include <nlohmann/json.hpp>

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr unsigned kStatusMin = 100;
constexpr unsigned kStatusMax = 599;

tl::unexpected<core::Error> wrong(const std::string& what) {
  return core::fail(core::ErrorCode::kInvalidArgument, what);
}

// Go's form: each name has a list of values; one value alone is taken too.
core::Status take_headers(const Json& headers, HttpHeaders& into) {
  if (!headers.is_object()) {
    return wrong("protocol.headers is no object");
  }
  for (const auto& [name, values] : headers.items()) {
    for (const Json& value : values.is_array() ? values : Json::array({values})) {
      if (!value.is_string()) {
        return wrong("a value in protocol.headers is no text");
      }
      into.emplace_back(name, value.get<std::string>());
    }
  }
  return {};
}

core::Status take_protocol(const Json& protocol, HttpResponse& response) {
  if (!protocol.is_object()) {
    return wrong("protocol is no object");
  }
  if (const auto code = protocol.find("status_code"); code != protocol.end()) {
    if (!code->is_number_unsigned() || *code < kStatusMin || *code > kStatusMax) {
      return wrong("protocol.status_code is no HTTP status");
    }
    response.status = code->get<unsigned>();
  }
  const auto headers = protocol.find("headers");
  return headers == protocol.end() || headers->is_null() ? core::Status{}
                                                         : take_headers(*headers, response.headers);
}

core::Status take_text(const Json& message, const char* key, std::string& into) {
  const auto found = message.find(key);
  if (found == message.end() || found->is_null()) {
    return {};
  }
  if (!found->is_string()) {
    return wrong(std::string(key) + " is no text");
  }
  into = found->get<std::string>();
  return {};
}

}  // namespace

std::string json_request(const RunRequest& request, const std::string& body) {
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers) {
    headers[name].push_back(value);
  }
  const Json message = {
      {"call_id", request.call_id},
      {"deadline", request.deadline},
      {"body", body},
      {"content_type", std::string(find_header(request.headers, "content-type"))},
      {"protocol",
       {{"type", "http"},
        {"method", request.method},
        {"request_url", request.url},
        {"headers", std::move(headers)}}},
  };
  return message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

core::Result<HttpResponse> json_response(std::string_view text) {
  const Json message = Json::parse(text, nullptr, false);
  if (!message.is_object()) {
    return wrong("it is no JSON object");
  }
  HttpResponse response;
  std::string type;
  for (const core::Status& taken :
       {take_text(message, "body", response.body), take_text(message, "content_type", type)}) {
    if (!taken) {
      return tl::unexpected(taken.error());
    }
  }
  if (const auto protocol = message.find("protocol");
      protocol != message.end() && !protocol->is_null()) {
    if (core::Status taken = take_protocol(*protocol, response); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  if (!type.empty() && find_header(response.headers, "content-type").empty()) {
    response.headers.emplace_back("Content-Type", type);
  }
  return response;
}

}  // namespace fn::services
