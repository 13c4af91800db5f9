// SPDX-License-Identifier: Apache-2.0
//
// Goal: whichever side ends a request early or in a wrong way, the other learns of it, once, and no
// connection stays behind.

#include "services/base/http_session.h"

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/http_server_fixture.h"

namespace fn::services {
namespace {

// What becomes of an exchange whose client goes away in one way or another.
class HttpServerGoneTest : public HttpServerTest {
 protected:
  HttpServerGoneTest() {
    serve([this](HttpExchangePtr exchange) {
      exchange->when_gone([this] {
        ++gone;
        gone_once.set_value();
      });
      held = std::move(exchange);
      arrived.set_value();
    });
  }

  void TearDown() override {
    thread.on([this] { held.reset(); });
    HttpServerTest::TearDown();
  }

  HttpExchangePtr held;
  std::promise<void> arrived;
  int gone = 0;
  std::promise<void> gone_once;
};

TEST_F(HttpServerGoneTest, AClientThatHangsUpIsNoticedWhileTheHandlerWorks) {
  RawSocket client = connect();
  client.write(kGet);
  arrived.get_future().get();
  client.reset();
  gone_once.get_future().get();
  expect_no_connection_left();
  thread.on([this] {
    held->respond({200, {}, "into the void"});
    held.reset();
    EXPECT_EQ(gone, 1);
  });
}

TEST_F(HttpServerGoneTest, AClientThatHangsUpWithinItsBodyFailsThePipe) {
  RawSocket client = connect();
  client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  arrived.get_future().get();
  std::promise<std::string> failure;
  thread.on([&] {
    read_whole(held->body(), 1000, [&failure](const core::Result<std::string>& body) {
      failure.set_value(body ? "whole" : body.error().message);
    });
  });
  client.close();
  EXPECT_EQ(failure.get_future().get(), "the client closed the connection");
  gone_once.get_future().get();
  expect_no_connection_left();
}

TEST_F(HttpServerGoneTest, AClientThatHangsUpIsNoticedThoughNobodyReadsItsBody) {
  RawSocket client = connect();
  client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  arrived.get_future().get();
  client.close();
  gone_once.get_future().get();
  thread.on([this] { held.reset(); });
  expect_no_connection_left();
}

TEST_F(HttpServerGoneTest, AClientThatOnlyEndsItsDirectionCountsAsGoneButCanStillBeAnswered) {
  const RawSocket client = connect();
  client.write(kGet);
  client.end_sending();
  gone_once.get_future().get();
  thread.on([this] {
    held->respond({200, {}, "all the same"});
    held.reset();
  });
  EXPECT_EQ(body_of(client.read_all()), "all the same");
  expect_no_connection_left();
}

TEST_F(HttpServerGoneTest, BytesSentAheadDoNotCountAsGone) {
  const RawSocket client = connect();
  client.write(kGet);
  arrived.get_future().get();
  arrived = {};
  client.write(kLastGet);
  thread.on([this] {
    EXPECT_EQ(gone, 0);
    std::exchange(held, nullptr)->respond({200, {}, "first"});
  });
  client.read_until("first");
  arrived.get_future().get();
  thread.on([this] { std::exchange(held, nullptr)->respond({200, {}, "second"}); });
  EXPECT_EQ(body_of(client.read_all()), "second");
}

TEST_F(HttpServerGoneTest, AClientThatHangsUpWithinTheAnswerStopsItsWriter) {
  RawSocket client = connect();
  client.write(kGet);
  arrived.get_future().get();
  const auto body = std::make_shared<BodyPipe>();
  thread.on([&] {
    held->respond(200, {}, std::nullopt, body);
    body->write("begun");
  });
  std::string text;
  while (text.find("begun") == std::string::npos && client.read_more(text)) {
  }
  client.reset();
  gone_once.get_future().get();
  thread.on([&] { EXPECT_TRUE(body->abandoned()); });
  expect_no_connection_left();
}

TEST_F(HttpServerTest, AnAnswerBeforeTheBodyWasReadKeepsTheConnectionIfLittleIsLeft) {
  serve([](const HttpExchangePtr& exchange) { exchange->respond({200, {}, "early"}); });
  const RawSocket client = connect();
  client.write("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_EQ(body_of(client.read_until("early")), "early");
  client.write(std::string(100'000, 'x'));
  client.write(kLastGet);
  EXPECT_EQ(body_of(client.read_all()), "early");
}

TEST_F(HttpServerTest, AnAnswerBeforeALargeBodyWasReadArrivesAndEndsTheConnection) {
  serve([](const HttpExchangePtr& exchange) { exchange->respond({413, {}, "too much"}); });
  RawSocket client = connect();
  client.write("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n");
  client.write(std::string(4'000'000, 'x'));
  const std::string answer = client.read_all();
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(body_of(answer), "too much");
  client.close();
  expect_no_connection_left();
}

TEST_F(HttpServerTest, AHandlerThatDropsARequestIsAnInternalError) {
  serve([](const HttpExchangePtr& /*exchange*/) {});
  const RawSocket client = connect();
  client.write(kGet);
  client.write(kLastGet);
  const std::string answers = client.read_all();
  EXPECT_EQ(status_of(answers), "HTTP/1.1 500 Internal Server Error");
  EXPECT_TRUE(answers.ends_with(R"({"message":"internal server error"})"));
}

TEST_F(HttpServerTest, ABodyThatFailsOrIsNotAsLongAsSaidBreaksTheConnection) {
  serve([](const HttpExchangePtr& exchange) {
    const auto body = std::make_shared<BodyPipe>();
    const std::string& target = exchange->head().target;
    const std::optional<std::uint64_t> length =
        target == "/fails" ? std::nullopt
                           : std::optional<std::uint64_t>(target == "/short" ? 9 : 3);
    exchange->respond(200, {}, length, body);
    body->write("part");
    if (target == "/fails") {
      body->fail({core::ErrorCode::kUnavailable, "broken"});
    } else {
      body->finish();
    }
  });
  EXPECT_EQ(body_of(ask("GET /fails HTTP/1.1\r\nHost: x\r\n\r\n")), "4\r\npart\r\n");
  EXPECT_EQ(body_of(ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n")), "part");
  EXPECT_EQ(body_of(ask("GET /long HTTP/1.1\r\nHost: x\r\n\r\n")), "");
  expect_no_connection_left();
}

TEST_F(HttpServerTest, NoHeaderOfAnAnswerCanEndItsHead) {
  serve([](const HttpExchangePtr& exchange) {
    exchange->respond({200,
                       {{"X-Split", "a\r\nX-Forged: b"},
                        {"Bad Name", "c"},
                        {"Content-Length", "99"},
                        {"Transfer-Encoding", "chunked"},
                        {"Connection", "upgrade"}},
                       "ok"});
  });
  const std::string answer = ask(kLastGet);
  EXPECT_NE(answer.find("\r\nX-Split: a  X-Forged: b\r\n"), std::string::npos);
  for (const std::string_view forged : {"\nX-Forged", "Bad Name", "99", "chunked", "upgrade"}) {
    EXPECT_EQ(answer.find(forged), std::string::npos) << forged;
  }
}

TEST_F(HttpServerTest, DrainingAnswersWhatIsUnderWayAndClosesTheRest) {
  std::promise<HttpExchangePtr> arrived;
  serve([&arrived](HttpExchangePtr exchange) { arrived.set_value(std::move(exchange)); });
  const RawSocket idle = connect();
  const RawSocket busy = connect();
  busy.write(kGet);
  HttpExchangePtr exchange = arrived.get_future().get();
  thread.on([this] { server->drain(); });
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_FALSE(connect().is_open());
  thread.on([&] {
    exchange->respond({200, {}, "done"});
    exchange.reset();
  });
  const std::string answer = busy.read_all();
  EXPECT_EQ(body_of(answer), "done");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  expect_no_connection_left();
}

TEST_F(HttpServerTest, AnExchangeMayOutliveItsServer) {
  std::promise<HttpExchangePtr> arrived;
  serve([&arrived](HttpExchangePtr exchange) { arrived.set_value(std::move(exchange)); });
  const RawSocket client = connect();
  client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
  HttpExchangePtr exchange = arrived.get_future().get();
  thread.on([&] {
    server.reset();
    exchange->respond({200, {}, "late"});
    bool failed = false;
    exchange->body()->read([&failed](const BodyPipe::Chunk& chunk) { failed = !chunk; });
    EXPECT_TRUE(failed);
    exchange.reset();
  });
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  serve(echo);
  thread.on([this] {
    HttpServer other(thread.loop(), {}, echo);
    const auto taken = other.listen("127.0.0.1", port);
    ASSERT_FALSE(taken.has_value());
    EXPECT_NE(taken.error().message.find("cannot listen: Address already in use"),
              std::string::npos);
    EXPECT_EQ(other.listen("nowhere", 0).error().code, core::ErrorCode::kInvalidArgument);
  });
}

}  // namespace
}  // namespace fn::services
