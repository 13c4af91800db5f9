// SPDX-License-Identifier: Apache-2.0
//
// HttpParser: HTTP/1.x messages out of bytes, one after the other, for the server (requests) and
// the client (responses). Strict where leniency lets two readers of the same bytes disagree on
// where a message ends (RFC 9112, 6.3 and 11.2): see HttpFault::kMalformed.
//
// Beast's basic_parser reads the grammar. This class exists so that one translation unit knows it,
// and so that heads go straight into HttpHeaders.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/base/http.h"

namespace fn::services {

enum class HttpFault : std::uint8_t {
  kNone,
  // No HTTP; a folded header; both Content-Length and Transfer-Encoding, or one of them twice; a
  // coding other than chunked; a request of HTTP/1.1 without one Host.
  kMalformed,
  kTargetTooLong,  // the limit of heads lies within the request line
  kHeadTooLarge,   // or chunk headers or trailers
  kBodyTooLarge,
};

class HttpParser {
 public:
  enum class Reads : std::uint8_t { kRequests, kResponses };

  struct Limits {
    std::size_t head_bytes = 0;
    std::uint64_t body_bytes = 0;  // 0: no limit; counted as bytes of the body come
  };

  HttpParser(Reads reads, Limits limits);
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  // Begins the next message. A response to HEAD has no body, whatever its headers say.
  void reset(bool answers_head = false);

  // Consumes from the front of `bytes`, and answers how many; what is left is to be given again
  // with more behind it. Stops behind the head, then behind the message. Bytes of the body are
  // appended to `body`.
  std::size_t feed(std::string_view bytes, std::string& body);

  // The peer sends no more: ends a response without length, breaks any other message.
  void feed_end();

  [[nodiscard]] HttpFault fault() const;
  [[nodiscard]] bool begun() const;      // some of the message has been consumed
  [[nodiscard]] bool head_done() const;  // what follows is known from here on
  [[nodiscard]] bool done() const;

  [[nodiscard]] HttpRequestHead& request();
  [[nodiscard]] HttpHeaders& headers();
  [[nodiscard]] unsigned status() const;
  [[nodiscard]] bool keeps_alive() const;
  [[nodiscard]] bool is_http_10() const;
  [[nodiscard]] bool chunked() const;
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
