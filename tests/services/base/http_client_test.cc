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
  HttpClientTest() : listener(RawSocket::listening(port)) { connect({}); }

  void TearDown() override {
    thread.on([this] { client.reset(); });
  }

  void connect(HttpClientLimits limits) {
    connect_to({.host = "127.0.0.1", .port = port, .unix_path = {}}, limits);
  }

  void connect_to(const HttpPeer& peer, HttpClientLimits limits) {
    thread.on([&] { client = std::make_unique<HttpClient>(thread.loop(), peer, limits); });
  }

  std::future<Outcome> send(HttpRequestHead head,
                            std::optional<std::uint64_t> length = 0,
                            BodyPipePtr body = nullptr) {
    const auto promise = std::make_shared<std::promise<Outcome>>();
    last_number = thread.on([&] {
      return client->send(
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

  LoopThread thread;
  std::uint16_t port = 0;
  RawSocket listener;
  std::unique_ptr<HttpClient> client;
  std::uint64_t last_number = 0;
};

constexpr std::string_view kHeadEnd = "\r\n\r\n";

TEST_F(HttpClientTest, SendsARequestAndHandsOnItsAnswerAndKeepsTheConnection) {
  auto first = send(get("/a b"));
  const RawSocket peer = listener.accept();
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
  listener.close();
  const Outcome outcome = send(get("/")).get();
  EXPECT_EQ(outcome.status, 0U);
  EXPECT_EQ(outcome.failure.kind, HttpFailure::Kind::kNotConnected);
  EXPECT_NE(outcome.failure.message.find("cannot connect"), std::string::npos);
}

TEST_F(HttpClientTest, SpeaksOverAUnixSocket) {
  const auto path = std::filesystem::path(testing::TempDir()) /
                    ("http-client-" + std::to_string(::getpid()) + ".sock");
  const RawSocket unix_listener = RawSocket::listening_unix(path);
  connect_to({.host = {}, .port = 0, .unix_path = path}, {});
  auto answer = send(post(), 3, whole_body("abc"));
  const RawSocket peer = unix_listener.accept();
  EXPECT_EQ(peer.read_until("abc"),
            "POST /call HTTP/1.1\r\nHost: peer\r\nContent-Length: 3\r\n\r\nabc");
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(answer.get().body.value(), "ok");
  std::filesystem::remove(path);
}

TEST_F(HttpClientTest, FindsItsPeerByName) {
  connect_to({.host = "localhost", .port = port, .unix_path = {}}, {});
  auto answer = send(get("/"));
  const RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(answer.get().status, 200U);
  connect_to({.host = "no-such-host.invalid", .port = port, .unix_path = {}}, {});
  EXPECT_EQ(send(get("/")).get().failure.kind, HttpFailure::Kind::kNotConnected);
}

TEST_F(HttpClientTest, BothBodiesFlowAtOnce) {
  const auto body = std::make_shared<BodyPipe>();
  auto answer = send(post(), std::nullopt, body);
  const RawSocket peer = listener.accept();
  EXPECT_TRUE(peer.read_until(kHeadEnd).find("\r\nTransfer-Encoding: chunked\r\n") !=
              std::string::npos);
  peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  thread.on([&] { body->write("ping"); });
  EXPECT_EQ(peer.read_until("ping\r\n"), "4\r\nping\r\n");
  peer.write("4\r\npong\r\n");
  thread.on([&] { body->finish(); });
  EXPECT_EQ(peer.read_until("0\r\n\r\n"), "0\r\n\r\n");
  peer.write("0\r\n\r\n");
  const Outcome outcome = answer.get();
  EXPECT_EQ(outcome.body.value(), "onepong");
  EXPECT_FALSE(outcome.request_was_sent);
}

TEST_F(HttpClientTest, APeerThatTakesTheConnectionOverGetsTheBodyAsItIs) {
  const auto body = std::make_shared<BodyPipe>();
  auto answer = std::make_shared<std::promise<core::Result<std::string>>>();
  thread.on([&] {
    client->send_raw(post(), body, [body, answer](HttpClient::Answer got) {
      body->write("as it is");
      body->finish();
      read_whole(got.reply->body, 1000, [answer](core::Result<std::string> all) {
        answer->set_value(std::move(all));
      });
    });
  });
  RawSocket peer = listener.accept();
  EXPECT_EQ(peer.read_until(kHeadEnd), "POST /call HTTP/1.1\r\nHost: peer\r\n\r\n");
  peer.write("HTTP/1.1 200 OK\r\n\r\nfirst ");
  EXPECT_EQ(peer.read_all(), "as it is");  // and the end
  peer.write("then last");
  peer.close();
  EXPECT_EQ(answer->get_future().get().value(), "first then last");
}

TEST_F(HttpClientTest, UnderstandsEveryWayInWhichABodyEnds) {
  auto first = send({.method = "HEAD", .target = "/", .headers = {}});
  RawSocket peer = listener.accept();
  EXPECT_EQ(peer.read_until(kHeadEnd), "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  peer.write(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  const Outcome head = first.get();
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.body.value(), "");
  EXPECT_EQ(find_header(head.headers, "Link"), "");
  auto second = send(get("/"));
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  peer.write("2\r\nbc\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(second.get().body.value(), "abc");
  auto third = send(get("/"));
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\n\r\nuntil ");
  peer.write("the end");
  peer.close();
  EXPECT_EQ(third.get().body.value(), "until the end");
}

struct BadAnswer {
  std::string_view bytes;
  HttpFailure::Kind kind;
};

TEST_F(HttpClientTest, TellsOnePeerThatTalksGarbageFromOneThatTalksTooMuch) {
  connect({.header_bytes = 1000});
  const std::string long_header = "HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x');
  const BadAnswer bad[] = {
      {"garbage\r\n\r\n", HttpFailure::Kind::kMalformed},
      {"HTTP/1.1 999999 Odd\r\n\r\n", HttpFailure::Kind::kMalformed},
      {"HTTP/1.1 099 Odd\r\n\r\n", HttpFailure::Kind::kMalformed},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", HttpFailure::Kind::kMalformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       HttpFailure::Kind::kMalformed},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", HttpFailure::Kind::kMalformed},
      {"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", HttpFailure::Kind::kMalformed},
      {long_header, HttpFailure::Kind::kHeaderTooLarge},
      {"", HttpFailure::Kind::kBroken},
      {"HTTP/1.1 200 OK\r\nCont", HttpFailure::Kind::kBroken},
  };
  for (const BadAnswer& answer : bad) {
    SCOPED_TRACE(answer.bytes);
    auto outcome = send(get("/"));
    RawSocket peer = listener.accept();
    peer.read_until(kHeadEnd);
    peer.write(answer.bytes);
    if (answer.kind == HttpFailure::Kind::kBroken) {
      peer.close();
    }
    EXPECT_EQ(outcome.get().failure.kind, answer.kind);
    EXPECT_TRUE(peer.is_open() ? peer.read_all().empty() : true);
  }
}

TEST_F(HttpClientTest, ABodyThatBreaksOffFailsAfterItsBytes) {
  auto answer = send(get("/"));
  RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome");
  peer.close();
  const Outcome outcome = answer.get();
  EXPECT_EQ(outcome.status, 200U);
  ASSERT_FALSE(outcome.body.has_value());
  EXPECT_EQ(outcome.body.error().code, core::ErrorCode::kUnavailable);
}

TEST_F(HttpClientTest, ABodyBeyondItsLimitFails) {
  connect({.body_bytes = 10});
  for (const std::string_view framing : {"Content-Length: 12\r\n\r\n0123456789ab",
                                         "Transfer-Encoding: chunked\r\n\r\nc\r\n0123456789ab"}) {
    auto answer = send(get("/"));
    const RawSocket peer = listener.accept();
    peer.read_until(kHeadEnd);
    peer.write("HTTP/1.1 200 OK\r\n" + std::string(framing));
    const Outcome outcome = answer.get();
    EXPECT_EQ(outcome.status, 200U);
    ASSERT_FALSE(outcome.body.has_value());
    EXPECT_EQ(outcome.body.error().code, core::ErrorCode::kInvalidArgument);
    EXPECT_EQ(peer.read_all(), "");
  }
}

TEST_F(HttpClientTest, AKeptConnectionThatItsPeerClosedIsNotUsed) {
  auto first = send(get("/1"));
  RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  first.get();
  peer.close();
  auto second = send(post(), 3, whole_body("abc"));
  peer = listener.accept();
  EXPECT_TRUE(peer.read_until("abc").ends_with("abc"));
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(second.get().status, 200U);
}

TEST_F(HttpClientTest, ARequestIsRepeatedOnceIfAKeptConnectionTurnsOutClosed) {
  const auto late = std::make_shared<BodyPipe>();  // nothing of it is there yet
  for (const auto& [body, repeats] :
       {std::pair<BodyPipePtr, bool>{nullptr, true}, {late, true}, {whole_body("abc"), false}}) {
    connect({});
    auto first = send(get("/1"));
    RawSocket peer = listener.accept();
    peer.read_until(kHeadEnd);
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    first.get();
    auto second = send(post(), body ? 3 : 0, body);
    peer.read_until(body && !repeats ? "abc" : kHeadEnd);
    peer.close();
    if (!repeats) {
      EXPECT_EQ(second.get().failure.kind, HttpFailure::Kind::kBroken);
      continue;
    }
    peer = listener.accept();
    EXPECT_TRUE(peer.read_until(kHeadEnd).starts_with("POST /call "));
    if (body) {
      thread.on([&late] { late->write("abc"), late->finish(); });
      EXPECT_EQ(peer.read_until("abc"), "abc");
    }
    peer.close();  // this one was fresh: no third attempt
    EXPECT_EQ(second.get().failure.kind, HttpFailure::Kind::kBroken);
  }
  EXPECT_FALSE(listener.readable(50));
}

TEST_F(HttpClientTest, TheConnectionUsedLastIsUsedNext) {
  auto first = send(get("/1"));
  const RawSocket one = listener.accept();
  auto second = send(get("/2"));
  const RawSocket two = listener.accept();
  one.read_until(kHeadEnd);
  two.read_until(kHeadEnd);
  two.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  second.get();
  one.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  first.get();
  for (int turn = 0; turn < 3; ++turn) {
    auto next = send(get("/3"));
    EXPECT_TRUE(one.read_until(kHeadEnd).starts_with("GET /3 "));
    one.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    next.get();
  }
  EXPECT_EQ(one.read_all(), "");  // idle connections are closed
  EXPECT_EQ(two.read_all(), "");
}

TEST_F(HttpClientTest, BeyondItsConnectionsRequestsWait) {
  connect({.connections = 1});
  auto first = send(get("/1"));
  auto second = send(get("/2"));
  auto third = send(get("/3"));
  const std::uint64_t waiting = last_number;
  const RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  EXPECT_FALSE(listener.readable(50));
  thread.on([&] { client->cancel(waiting); });
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  first.get();
  EXPECT_TRUE(peer.read_until(kHeadEnd).starts_with("GET /2 "));
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  second.get();
  EXPECT_EQ(peer.read_all(), "");
  EXPECT_THROW(third.get(), std::future_error);  // a cancelled request's handler is dropped
}

TEST_F(HttpClientTest, CancellingBreaksTheConnectionAndFailsTheBody) {
  auto silent = send(get("/never"));
  RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  thread.on([this] { client->cancel(last_number); });
  EXPECT_EQ(peer.read_all(), "");
  EXPECT_THROW(silent.get(), std::future_error);
  auto begun = send(get("/begun"));
  peer = listener.accept();
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\n\r\nsome");
  while (begun.wait_for(5ms) != std::future_status::ready) {
    thread.on([this] { client->cancel(last_number); });
  }
  EXPECT_EQ(peer.read_all(), "");
}

TEST_F(HttpClientTest, AnAnswerBeforeTheBodyWasReadCounts) {
  const auto body = std::make_shared<BodyPipe>();
  auto answer = send(post(), std::uint64_t{64} << 20, body);
  RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  std::function<void()> fill = [&] {
    while (!body->full() && !body->abandoned()) {
      body->write(std::string(std::size_t{64} << 10, 'x'));
    }
    if (!body->abandoned()) {
      body->when_room(fill);
    }
  };
  thread.on(fill);
  peer.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
  const Outcome outcome = answer.get();
  EXPECT_EQ(outcome.status, 413U);
  EXPECT_EQ(outcome.body.value(), "no");
  EXPECT_FALSE(outcome.request_was_sent);
  thread.on([&] {
    EXPECT_TRUE(body->abandoned());
    fill = nullptr;
  });
}

TEST_F(HttpClientTest, AnAnswerFromAPeerThatStoppedReadingCounts) {
  const auto body = std::make_shared<BodyPipe>();
  auto answer = send(post(), 1000, body);
  const RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  peer.write(
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy");
  peer.end_sending();
  EXPECT_EQ(answer.get().body.value(), "busy");
}

TEST_F(HttpClientTest, ABodyThatFailsBreaksTheConnection) {
  const auto body = std::make_shared<BodyPipe>();
  auto answer = send(post(), std::nullopt, body);
  const RawSocket peer = listener.accept();
  thread.on([&] {
    body->write("some");
    body->fail({core::ErrorCode::kUnavailable, "the client left"});
  });
  EXPECT_TRUE(peer.read_all().ends_with("4\r\nsome\r\n"));
  EXPECT_EQ(answer.get().failure.kind, HttpFailure::Kind::kBroken);
}

TEST_F(HttpClientTest, AReaderThatStopsIsFeltByThePeer) {
  std::promise<BodyPipePtr> begun;
  thread.on([&] {
    client->send(get("/large"), 0, nullptr, [&begun](HttpClient::Answer answer) {
      begun.set_value(answer.reply->body);
    });
  });
  const RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n");
  auto sent = std::async(std::launch::async,
                         [&peer] { return peer.write(std::string(std::size_t{64} << 20, 'x')); });
  const BodyPipePtr body = begun.get_future().get();
  EXPECT_EQ(sent.wait_for(200ms), std::future_status::timeout);
  std::promise<std::size_t> size;
  thread.on([&] {
    EXPECT_LE(body->held(), 2 * BodyPipe::kDefaultLimit);
    read_whole(body, std::size_t{1} << 30, [&size](const core::Result<std::string>& read) {
      size.set_value(read ? read->size() : 0);
    });
  });
  EXPECT_EQ(size.get_future().get(), std::size_t{64} << 20);
  EXPECT_TRUE(sent.get());
}

TEST_F(HttpClientTest, AnAnswerThatNobodyReadsIsBrokenOff) {
  std::promise<void> begun;
  thread.on([&] {
    client->send(get("/large"), 0, nullptr, [&begun](const HttpClient::Answer& /*answer*/) {
      begun.set_value();
    });
  });
  const RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n");
  EXPECT_FALSE(peer.write(std::string(std::size_t{64} << 20, 'x')));
}

TEST_F(HttpClientTest, TheEndOfTheClientBreaksWhatIsUnderWay) {
  auto silent = send(get("/never"));
  const RawSocket peer = listener.accept();
  peer.read_until(kHeadEnd);
  thread.on([this] { client.reset(); });
  EXPECT_EQ(peer.read_all(), "");
  EXPECT_THROW(silent.get(), std::future_error);
}

}  // namespace
}  // namespace fn::services
