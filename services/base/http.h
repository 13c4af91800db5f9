// SPDX-License-Identifier: Apache-2.0
//
// HTTP messages as plain values: what the API server, the load balancer and the function clients
// speak of without knowing the library that reads and writes them. Header names keep the spelling
// in which they came; find_header ignores case (RFC 9110, 5.1).

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fn::services {

using HttpHeader = std::pair<std::string, std::string>;
using HttpHeaders = std::vector<HttpHeader>;

struct HttpRequestHead {
  std::string method;
  // As it stood in the request line: path and query, still percent-encoded.
  std::string target;
  HttpHeaders headers;
};

struct HttpResponse {
  unsigned status = 200;
  HttpHeaders headers;
  std::string body;
};

// The first value of the header; empty: there is none.
[[nodiscard]] std::string_view find_header(const HttpHeaders& headers, std::string_view name);

// Whether the header belongs to one connection and is not passed on (RFC 9110, 7.6.1).
[[nodiscard]] bool is_hop_by_hop(std::string_view name);

// Case is ignored, ASCII only.
[[nodiscard]] bool same_word(std::string_view left, std::string_view right);

// The text with %XX resolved; unchanged where XX is not hexadecimal. '+' stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

// The part of a target before '?', and the part behind it.
[[nodiscard]] std::string_view path_of(std::string_view target);
[[nodiscard]] std::string_view query_of(std::string_view target);

}  // namespace fn::services
