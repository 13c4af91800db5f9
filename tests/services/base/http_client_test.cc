// SPDX-License-Identifier: Apache-2.0
//
// Goal: over real sockets, a request goes out as HTTP/1.1 says, its answer comes back whole or with
// the right failure whatever the peer does, and connections are kept and reused.

#include "services/base/http_client.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
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

// What became of a request, its body gathered.
struct Outcome {
  unsigned status = 0;
  HttpHeaders headers;
  bool request_was_sent = false;
  core::Result<std::string> body = std::string();
  HttpFailure failure;
};

HttpRequestHead get(std::string target) {
  return {.method = "GET", .target = std::move(target), .headers = {{"Host", "peer"}}};
}

HttpRequestHead post() {
  return {.method = "POST", .target = "/call", .headers = {{"Host", "peer"}}};
}

class HttpClientTest : public testing::Test {
 protected:
  HttpClientTest() : listener_(RawSocket::listening(port_)) { connect({}); }

  ~HttpClientTest() override {
    thread_.on([this] { client_.reset(); });
  }

  void connect(HttpClientLimits limits) {
    connect_to({.host = "127.0.0.1", .port = port_, .unix_path = {}}, limits);
  }

  void connect_to(const HttpPeer& peer, HttpClientLimits limits) {
    thread_.on([&] { client_ = std::make_unique<HttpClient>(thread_.loop(), peer, limits); });
  }

  std::future<Outcome> send(HttpRequestHead head,
                            std::optional<std::uint64_t> length = 0,
                            BodyPipePtr body = nullptr) {
    const auto promise = std::make_shared<std::promise<Outcome>>();
    last_ = thread_.on([&] {
      return client_->send(
          std::move(head), length, std::move(body), [promise](HttpClient::Answer answer) {
            const auto outcome = std::make_shared<Outcome>();
            outcome->failure = answer.failure;
            if (!answer.reply) {
              promise->set_value(*outcome);
              return;
            }
            outcome->status = answer.reply->status;
            outcome->headers = answer.reply->headers;
            outcome->request_was_sent = answer.reply->request_was_sent;
            read_whole(answer.reply->body,
                       std::size_t{1} << 30,
                       [promise, outcome](core::Result<std::string> read) {
                         outcome->body = std::move(read);
                         promise->set_value(*outcome);
                       });
          });
    });
    return promise->get_future();
  }

  LoopThread thread_;
  std::uint16_t port_ = 0;
  RawSocket listener_;
  std::unique_ptr<HttpClient> client_;
  std::uint64_t last_ = 0;
};

constexpr std::string_view kHeadEnd = "\r\n\r\n";

TEST_F(HttpClientTest, SendsARequestAndHandsOnItsAnswerAndKeepsTheConnection) {
  auto first = send(get("/a b"));
  const RawSocket peer = listener_.accept();
  EXPECT_EQ(peer.read_until(kHeadEnd), "GET /a%20b HTTP/1.1\r\nHost: peer\r\n\r\n");
  peer.write("HTTP/1.1 200 OK\r\nX-Kept: yes\r\nContent-Length: 5\r\n\r\nhello");
  const Outcome outcome = first.get();
  EXPECT_EQ(outcome.status, 200U);
  EXPECT_EQ(find_header(outcome.headers, "x-kept"), "yes");
  EXPECT_EQ(outcome.body.value(), "hello");
  EXPECT_TRUE(outcome.request_was_sent);
  auto second = send(get("/b"));
  EXPECT_EQ(peer.read_until(kHeadEnd), "GET /b HTTP/1.1\r\nHost: peer\r\n\r\n");
  peer.write("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(second.get().status, 204U);
}

TEST_F(HttpClientTest, SaysThatNobodyListens) {
  listener_.close();
  const Outcome outcome = send(get("/")).get();
  EXPECT_EQ(outcome.status, 0U);
  EXPECT_EQ(outcome.failure.kind, HttpFailure::Kind::kNotConnected);
  EXPECT_NE(outcome.failure.message.find("cannot connect"), std::string::npos);
}

TEST_F(HttpClientTest, SpeaksOverAUnixSocket) {
  const auto path = std::filesystem::path(testing::TempDir()) /
                    ("http-client-" + std::to_string(::getpid()) + ".sock");
  const RawSocket listener = RawSocket::listening_unix(path);
  connect_to({.host = {}, .port = 0, .unix_path = path}, {});
  auto answer = send(post(), 3, whole_body("abc"));
  const RawSocket peer = listener.accept();
  EXPECT_EQ(peer.read_until("abc"),
            "POST /call HTTP/1.1\r\nHost: peer\r\nContent-Length: 3\r\n\r\nabc");
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(answer.get().body.value(), "ok");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace fn::services
