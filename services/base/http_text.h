// SPDX-License-Identifier: Apache-2.0
//
// What HTTP/1.1 puts on the wire: heads of requests and of answers, and the frame of a chunk.
// Headers that speak of the connection or of the body's length are left out and written from what
// is known here. A name that is no token is dropped and a line end within a value becomes a space,
// so that no header of a function can end a head (as Go's net/http does).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/base/http.h"

namespace fn::services {

// How a reader learns where a body ends.
enum class HttpFraming : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

struct HttpBodyFrame {
  HttpFraming framing = HttpFraming::kNone;
  std::uint64_t length = 0;  // with kLength
};

struct HttpAnswerLine {
  unsigned status = 200;
  bool keep_alive = true;
  bool http_10 = false;  // what the client speaks
};

[[nodiscard]] std::string_view reason_phrase(unsigned status);

// Without the Date where `headers` have one.
[[nodiscard]] std::string answer_head(const HttpAnswerLine& line,
                                      const HttpHeaders& headers,
                                      const HttpBodyFrame& frame,
                                      std::string_view date);

// With "Host: localhost" where the head has none; what may not stand in a target is
// percent-encoded.
[[nodiscard]] std::string request_head(const HttpRequestHead& head, const HttpBodyFrame& frame);

// What stands before the bytes of a chunk; behind them comes kLineEnd.
[[nodiscard]] std::string chunk_head(std::size_t size);

inline constexpr std::string_view kLineEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace fn::services
