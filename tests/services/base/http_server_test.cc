// SPDX-License-Identifier: Apache-2.0
//
// Goal: over real sockets, requests come out whole and in order, answers go out as HTTP/1.1 says,
// what breaks a limit or the protocol has its defined answer, and nothing stays behind.

#include "services/base/http_server.h"

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/loop_thread.h"
#include "tests/support/raw_socket.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// Answers with what it was asked.
void echo(const HttpExchangePtr& exchange) {
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
    port_ = thread_.on([&] {
      server_ = std::make_unique<HttpServer>(thread_.loop(), limits, std::move(handler));
      return server_->listen("127.0.0.1", 0).value();
    });
  }

  ~HttpServerTest() override {
    thread_.on([this] { server_.reset(); });
  }

  [[nodiscard]] RawSocket connect(int window = 0) const {
    return RawSocket::to_port(port_, window);
  }

  std::string ask(std::string_view request) {
    const RawSocket client = connect();
    client.write(request);
    return client.read_all();
  }

  // The server notices the end of a connection a little after its client.
  void expect_no_connection_left() {
    for (int turn = 0; turn < 1000; ++turn) {
      if (thread_.on([this] { return server_->connections(); }) == 0) {
        return;
      }
      std::this_thread::sleep_for(10ms);
    }
    ADD_FAILURE() << thread_.on([this] { return server_->connections(); }) << " connections left";
  }

  LoopThread thread_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

std::string status_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

constexpr std::string_view kGet = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kLastGet = "GET /z HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST_F(HttpServerTest, KeepsAConnectionForTheNextRequest) {
  serve(echo);
  const RawSocket client = connect();
  client.write(kGet);
  const std::string first = client.read_until("GET /a?b ");
  EXPECT_EQ(status_of(first), "HTTP/1.1 200 OK");
  EXPECT_NE(first.find("\r\nX-Kept: yes\r\n"), std::string::npos);
  EXPECT_NE(first.find("\r\nContent-Length: 9\r\n"), std::string::npos);
  EXPECT_NE(first.find("\r\nDate: "), std::string::npos);
  EXPECT_EQ(first.find("Connection"), std::string::npos);
  client.write(kLastGet);
  const std::string last = client.read_all();
  EXPECT_EQ(body_of(last), "GET /z ");
  EXPECT_NE(last.find("\r\nConnection: close\r\n"), std::string::npos);
  expect_no_connection_left();
}

}  // namespace
}  // namespace fn::services
