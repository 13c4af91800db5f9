// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as what a client or a server of HTTP sends. Read at once or byte by
// byte they must mean the same; and a session must answer or close, without a crash or a hang.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/assert.h"
#include "services/base/http_parser.h"
#include "services/base/http_session.h"

namespace {

using fn::services::HttpExchangePtr;
using fn::services::HttpFault;
using fn::services::HttpParser;
using fn::services::HttpSession;
using fn::services::HttpSessionHost;
using fn::services::Loop;

constexpr HttpParser::Limits kLimits = {.head_bytes = 2000, .body_bytes = 5000};

// One message as it was understood.
struct Message {
  HttpFault fault = HttpFault::kNone;
  bool done = false;
  std::string text;
  std::size_t used = 0;
};

Message read_message(HttpParser::Reads reads, std::string_view bytes, std::size_t piece) {
  HttpParser parser(reads, kLimits);
  Message message;
  std::string body;
  std::size_t given = 0;
  while (!parser.done() && parser.fault() == HttpFault::kNone) {
    const std::size_t used = parser.feed(bytes.substr(message.used, given - message.used), body);
    message.used += used;
    if (used == 0 && !parser.done() && parser.fault() == HttpFault::kNone) {
      if (given == bytes.size()) {
        parser.feed_end();
        break;
      }
      given = std::min(given + piece, bytes.size());
    }
  }
  message.fault = parser.fault();
  message.done = parser.done();
  if (parser.head_done()) {
    message.text = parser.request().method + " " + parser.request().target + "\n";
    for (const auto& [name, value] : parser.headers()) {
      message.text.append(name).append(": ").append(value).append("\n");
    }
  }
  // How much of a broken body came before the fault depends on the pieces.
  message.text.append(message.fault == HttpFault::kNone ? body : "");
  return message;
}

void read_in_pieces(HttpParser::Reads reads, std::string_view bytes) {
  const Message whole = read_message(reads, bytes, bytes.size());
  const Message pieces = read_message(reads, bytes, 1);
  // What limits the head of a chunk is what had to be held of it.
  if (whole.fault == HttpFault::kHeadTooLarge || pieces.fault == HttpFault::kHeadTooLarge) {
    return;
  }
  FN_ASSERT((whole.fault == HttpFault::kNone) == (pieces.fault == HttpFault::kNone));
  if (whole.fault == HttpFault::kNone) {
    FN_ASSERT(whole.done == pieces.done && whole.text == pieces.text && whole.used == pieces.used);
  }
}

void echo(const HttpExchangePtr& exchange) {
  fn::services::read_whole(
      exchange->body(), 10'000, [exchange](fn::core::Result<std::string> body) {
        exchange->respond({200, exchange->head().headers, body ? *body : body.error().message});
      });
}

// A session that gets the bytes and then the end, on a socket pair.
void serve(std::string_view bytes) {
  std::array<int, 2> pair = {-1, -1};
  FN_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
  FN_ASSERT(::send(pair[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  ::shutdown(pair[0], SHUT_WR);
  Loop loop;
  const auto host = std::make_shared<HttpSessionHost>(HttpSessionHost{
      .loop = loop,
      .limits = {.header_bytes = kLimits.head_bytes, .body_bytes = kLimits.body_bytes},
      .handler = echo,
      .closed = [&loop](HttpSession*) { loop.stop(); },
      .date = {}});
  loop.at_batch_end([&pair] {
    std::array<char, 4096> answers{};
    while (::recv(pair[0], answers.data(), answers.size(), MSG_DONTWAIT) > 0) {
    }
  });
  std::make_shared<HttpSession>(host, pair[1])->start();
  loop.run();
  ::close(pair[0]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // What a socket pair takes without a reader.
  const std::string_view bytes(reinterpret_cast<const char*>(data), std::min(size, 16'000UL));
  read_in_pieces(HttpParser::Reads::kRequests, bytes);
  read_in_pieces(HttpParser::Reads::kResponses, bytes);
  serve(bytes);
  return 0;
}
