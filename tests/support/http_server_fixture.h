// SPDX-License-Identifier: Apache-2.0
//
// HttpServerTest: an HttpServer on a loop of its own thread, for tests that speak to it through raw
// sockets.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "services/base/http_server.h"
#include "tests/support/loop_thread.h"
#include "tests/support/raw_socket.h"

namespace fn::services {

// Answers with what it was asked.
inline void echo(const HttpExchangePtr& exchange) {
  const std::string line = exchange->head().method + " " + exchange->head().target + " ";
  read_whole(exchange->body(), 1 << 20, [exchange, line](core::Result<std::string> body) {
    if (body) {
      exchange->respond({200, {{"X-Kept", "yes"}}, line + *body});
    }
  });
}

class HttpServerTest : public testing::Test {
 protected:
  void serve(HttpServer::Handler handler, HttpLimits limits = {}) {
    port = thread.on([&] {
      server = std::make_unique<HttpServer>(thread.loop(), limits, std::move(handler));
      return server->listen("127.0.0.1", 0).value();
    });
  }

  void TearDown() override {
    thread.on([this] { server.reset(); });
  }

  [[nodiscard]] RawSocket connect(int window = 0) const { return RawSocket::to_port(port, window); }

  std::string ask(std::string_view request) {
    const RawSocket client = connect();
    client.write(request);
    return client.read_all();
  }

  // The server notices the end of a connection a little after its client.
  void expect_no_connection_left() {
    for (int turn = 0; turn < 1000; ++turn) {
      if (thread.on([this] { return server->connections(); }) == 0) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << thread.on([this] { return server->connections(); }) << " connections left";
  }

  LoopThread thread;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

inline std::string status_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

inline std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

inline constexpr std::string_view kGet = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";
inline constexpr std::string_view kLastGet =
    "GET /z HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

}  // namespace fn::services
