// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace fn::services {
namespace {

constexpr std::size_t kUsualHead = 256;

constexpr std::array<std::pair<unsigned, std::string_view>, 36> kReasons = {{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

void append_number(std::string& text, std::uint64_t value, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  text.append(digits.data(), end.ptr);
}

constexpr bool is_token_char(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
}

constexpr bool is_control(char letter) {
  return (static_cast<unsigned char>(letter) < 0x20 && letter != '\t') || letter == 0x7f;
}

void append_headers(std::string& text, const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    if (name.empty() || !std::ranges::all_of(name, is_token_char) || is_hop_by_hop(name) ||
        same_word(name, "Content-Length")) {
      continue;
    }
    text.append(name).append(": ");
    const std::size_t begin = text.size();
    text.append(value);
    std::replace_if(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), is_control, ' ');
    text.append(kLineEnd);
  }
}

void append_target(std::string& text, std::string_view target) {
  for (const char letter : target) {
    if (is_control(letter) || letter == ' ' || letter == '\t') {
      const auto byte = static_cast<unsigned char>(letter);
      text.append(byte < 0x10 ? "%0" : "%");
      append_number(text, byte, 16);
    } else {
      text.push_back(letter);
    }
  }
}

void append_frame(std::string& text, const HttpBodyFrame& frame) {
  if (frame.framing == HttpFraming::kLength) {
    text.append("Content-Length: ");
    append_number(text, frame.length);
    text.append(kLineEnd);
  } else if (frame.framing == HttpFraming::kChunked) {
    text.append("Transfer-Encoding: chunked\r\n");
  }
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
  const auto* const found =
      std::ranges::lower_bound(kReasons, status, {}, [](const auto& row) { return row.first; });
  return found != kReasons.end() && found->first == status ? found->second : "Status";
}

std::string answer_head(const HttpAnswerLine& line,
                        const HttpHeaders& headers,
                        const HttpBodyFrame& frame,
                        std::string_view date) {
  std::string text;
  text.reserve(kUsualHead);
  text.append("HTTP/1.1 ");
  append_number(text, line.status);
  text.append(" ").append(reason_phrase(line.status)).append(kLineEnd);
  append_headers(text, headers);
  if (find_header(headers, "Date").empty()) {
    text.append("Date: ").append(date).append(kLineEnd);
  }
  append_frame(text, frame);
  if (!line.keep_alive) {
    text.append("Connection: close\r\n");
  } else if (line.http_10) {
    text.append("Connection: keep-alive\r\n");
  }
  return text.append(kLineEnd);
}

std::string request_head(const HttpRequestHead& head, const HttpBodyFrame& frame) {
  std::string text;
  text.reserve(kUsualHead);
  text.append(head.method).append(" ");
  append_target(text, head.target);
  text.append(" HTTP/1.1\r\n");
  if (find_header(head.headers, "Host").empty()) {
    text.append("Host: localhost\r\n");
  }
  append_headers(text, head.headers);
  append_frame(text, frame);
  return text.append(kLineEnd);
}

std::string chunk_head(std::size_t size) {
  std::string text;
  append_number(text, size, 16);
  return text.append(kLineEnd);
}

}  // namespace fn::services
