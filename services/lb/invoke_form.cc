// SPDX-License-Identifier: Apache-2.0

#include "services/lb/invoke_form.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace fn::services {
namespace {

constexpr std::string_view kHeaderPrefix = "Fn-Http-H-";
constexpr std::string_view kStatusHeader = "Fn-Http-Status";

// Functions that speak http-stream are told of an HTTP request by its headers; those of the seed's
// formats have their own place for method and URL.
bool speaks_of_http(const FnAddress& address, const FunctionVersion& function) {
  return address.kind == FnAddress::Kind::kTrigger ||
         (address.kind == FnAddress::Kind::kRoute &&
          (function.setup.format.empty() || function.setup.format == "http-stream"));
}

}  // namespace

std::optional<FnAddress> address_of(const std::string& target) {
  const std::string_view path = path_of(target);
  if (path.starts_with("/invoke/")) {
    return FnAddress{FnAddress::Kind::kFn, {}, percent_decoded(path.substr(8))};
  }
  if (!path.starts_with("/t/") && !path.starts_with("/r/")) {
    return std::nullopt;
  }
  const std::string_view rest = path.substr(3);
  const std::size_t slash = rest.find('/');
  return FnAddress{
      path[1] == 't' ? FnAddress::Kind::kTrigger : FnAddress::Kind::kRoute,
      percent_decoded(rest.substr(0, slash)),
      slash == std::string_view::npos ? std::string("/") : percent_decoded(rest.substr(slash))};
}

HttpHeaders headers_for_function(const HttpRequestHead& head,
                                 const FnAddress& address,
                                 const FunctionVersion& function) {
  const bool http = speaks_of_http(address, function);
  HttpHeaders headers;
  headers.reserve(head.headers.size() + 3);
  for (const auto& [name, value] : head.headers) {
    if (is_hop_by_hop(name) || same_word(name, "Expect")) {
      continue;
    }
    if (!http) {
      headers.emplace_back(name, value);
      continue;
    }
    headers.emplace_back(std::string(kHeaderPrefix) + name, value);
    if (same_word(name, "Content-Type")) {
      headers.emplace_back("Content-Type", value);
    }
  }
  if (http) {
    headers.emplace_back("Fn-Intent", "httprequest");
    headers.emplace_back("Fn-Http-Method", head.method);
    headers.emplace_back("Fn-Http-Request-Url", head.target);
  }
  return headers;
}

CallerAnswer answer_for_caller(unsigned status,
                               HttpHeaders&& headers,
                               const FnAddress& address,
                               const FunctionVersion& function) {
  const bool http = speaks_of_http(address, function);
  CallerAnswer answer;
  answer.status = status;
  for (auto& [name, value] : headers) {
    if (is_hop_by_hop(name) || same_word(name, "Content-Length")) {
      continue;
    }
    if (!http || same_word(name, "Content-Type")) {
      answer.headers.emplace_back(std::move(name), std::move(value));
    } else if (same_word(name, kStatusHeader)) {
      unsigned wanted = 0;
      const char* const end = value.data() + value.size();
      if (std::from_chars(value.data(), end, wanted).ptr == end && wanted >= 200 && wanted < 600) {
        answer.status = wanted;
      }
    } else if (name.size() > kHeaderPrefix.size() &&
               same_word(std::string_view(name).substr(0, kHeaderPrefix.size()), kHeaderPrefix)) {
      std::string plain = name.substr(kHeaderPrefix.size());
      if (!is_hop_by_hop(plain) && !same_word(plain, "Content-Length")) {
        answer.headers.emplace_back(std::move(plain), std::move(value));
      }
    }
  }
  answer.headers.insert(
      answer.headers.end(), function.route_headers.begin(), function.route_headers.end());
  return answer;
}

}  // namespace fn::services
