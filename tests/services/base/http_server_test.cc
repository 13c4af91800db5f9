// SPDX-License-Identifier: Apache-2.0
//
// Goal: over real sockets, requests come out whole and in order, answers go out as HTTP/1.1 says,
// and what breaks a limit or the protocol has its defined answer and leaves nothing behind.

#include "services/base/http_server.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/http_server_fixture.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;
using std::string_view_literals::operator""sv;

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

TEST_F(HttpServerTest, AnswersRequestsThatWereSentAheadInTheirOrder) {
  std::vector<HttpExchangePtr> held;
  serve([&held](HttpExchangePtr exchange) { held.push_back(std::move(exchange)); });
  const RawSocket client = connect();
  client.write(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\r\nGET /2 HTTP/1.1\r\nHo");
  client.write("st: x\r\n\r\n");
  client.write(kLastGet);
  const auto answer_one = [&held] {
    EXPECT_LE(held.size(), 1U);  // the next one waits for this one's answer
    std::string target;
    if (const auto now = std::exchange(held, {}); !now.empty()) {
      target = now.front()->head().target;
      now.front()->respond({200, {}, target + ";"});
    }
    return target;
  };
  std::string targets;
  while (!targets.ends_with("/z")) {
    targets += thread.on(answer_one);
  }
  EXPECT_EQ(targets, "/1/2/z");
  const std::string all = client.read_all();
  EXPECT_LT(all.find("/1;"), all.find("/2;"));
  EXPECT_TRUE(all.ends_with("/z;"));
}

TEST_F(HttpServerTest, ReadsBodiesOfKnownLengthAndInChunksWhateverTheirPieces) {
  serve(echo);
  for (const std::string_view request :
       {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2;name=\"v\"\r\nab\r\n4\r\ncdef\r\n0\r\nTrailer: dropped\r\n\r\n"}) {
    EXPECT_EQ(body_of(ask(request)), "POST / abcdef");
    const RawSocket client = connect();
    for (const char letter : request) {
      client.write({&letter, 1});
    }
    EXPECT_EQ(body_of(client.read_all()), "POST / abcdef");
  }
}

TEST_F(HttpServerTest, ReadsAnEmptyBodyInChunksWhereverItIsCut) {
  serve(echo);
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view body : {"0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n"}) {
    const RawSocket client = connect();
    client.write(head);
    for (const char letter : body) {
      std::this_thread::sleep_for(2ms);  // so that the server sees the pieces
      client.write({&letter, 1});
    }
    EXPECT_EQ(body_of(client.read_all()), "POST / ");
  }
}

TEST_F(HttpServerTest, StreamsAnAnswerInChunksOrByItsLength) {
  serve([](const HttpExchangePtr& exchange) {
    const auto body = std::make_shared<BodyPipe>();
    const bool sized = exchange->head().target == "/sized";
    exchange->respond(200, {}, sized ? std::optional<std::uint64_t>(20) : std::nullopt, body);
    body->write("first ");
    body->write("second 7 bytes");
    body->finish();
  });
  const RawSocket client = connect();
  client.write("GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string chunked = client.read_until("0\r\n\r\n");
  EXPECT_NE(chunked.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(body_of(chunked), "6\r\nfirst \r\ne\r\nsecond 7 bytes\r\n0\r\n\r\n");
  client.write("GET /sized HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(client.read_until("bytes")), "first second 7 bytes");
  // A client of HTTP/1.0 knows no chunks: its body ends with the connection.
  const std::string old = ask("GET /chunked HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(old), "first second 7 bytes");
  EXPECT_NE(old.find("Connection: close\r\n"), std::string::npos);
}

TEST_F(HttpServerTest, KeepsAConnectionOfHttp10OnlyIfAsked) {
  serve(echo);
  EXPECT_EQ(body_of(ask("GET /old HTTP/1.0\r\n\r\n")), "GET /old ");
  const RawSocket client = connect();
  client.write("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(client.read_until("GET /1 ").find("\r\nConnection: keep-alive\r\n"), std::string::npos);
  client.write("GET /2 HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(client.read_all()), "GET /2 ");
}

TEST_F(HttpServerTest, GivesNoBodyWhereNoneMayBe) {
  serve([](const HttpExchangePtr& exchange) {
    const bool head = exchange->head().method == "HEAD";
    if (exchange->head().target == "/stream") {
      exchange->respond(head ? 200 : 304, {}, 4, whole_body("body"));
    } else {
      exchange->respond({head ? 200U : 204U, {}, "body"});
    }
  });
  const RawSocket client = connect();
  client.write("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 4\r\n"), std::string::npos);
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string none = client.read_until("\r\n\r\n");
  EXPECT_EQ(status_of(none), "HTTP/1.1 204 No Content");
  EXPECT_EQ(none.find("Content-Length"), std::string::npos);
  client.write("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), "HTTP/1.1 200 OK");
  client.write(kLastGet);
  EXPECT_EQ(client.read_all().find("body"), std::string::npos);
}

TEST_F(HttpServerTest, SaysContinueWhenTheBodyIsWantedAndNotBefore) {
  std::promise<HttpExchangePtr> arrived;
  serve([&arrived](HttpExchangePtr exchange) { arrived.set_value(std::move(exchange)); });
  const RawSocket client = connect();
  client.write(
      "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n"
      "Connection: close\r\n\r\n");
  HttpExchangePtr exchange = arrived.get_future().get();
  EXPECT_FALSE(client.readable(50));
  thread.on([&] { echo(exchange); });
  exchange.reset();
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.write("data");
  EXPECT_EQ(body_of(client.read_all()), "POST /up data");
}

TEST_F(HttpServerTest, ClosesAfterAnAnswerToARequestWhoseBodyItNeverInvited) {
  serve([](const HttpExchangePtr& exchange) { exchange->respond({403, {}, "no"}); });
  const std::string answer =
      ask("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 403 Forbidden");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  expect_no_connection_left();
}

struct BadRequest {
  std::string_view what;
  std::string_view bytes;
};

// Where two readers of the same bytes could disagree on their meaning, nobody gets to see them.
constexpr BadRequest kBadRequests[] = {
    {"no HTTP", "\x16\x03\x01 hello\r\n\r\n"},
    {"a word too many", "GET / x HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"another version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
    {"no Host", "GET / HTTP/1.1\r\n\r\n"},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
    {"a length and a coding",
     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n"},
    {"a coding and a length",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
     "3\r\n\r\n0\r\n\r\n"},
    {"two lengths",
     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
    {"a length twice",
     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
    {"a list of lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc"},
    {"a negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc"},
    {"a signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc"},
    {"an endless length",
     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nabc"},
    {"another coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc"},
    {"chunks below a coding",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
    {"a coding before chunks",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
    {"chunks twice",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"},
    {"two codings",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "x\r\n\r\n0\r\n\r\n"},
    {"chunks of HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"a chunk without size",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab\r\n0\r\n\r\n"},
    {"a chunk of endless size",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nab"},
    {"a chunk longer than said",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n"},
    {"a chunk that ends in a bare line feed",
     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n"},
    {"a folded header", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n"},
    {"a header folded at once", "GET / HTTP/1.1\r\nHost: x\r\nX:\r\n b\r\n\r\n"},
    {"a header folded into nothing", "GET / HTTP/1.1\r\nHost: x\r\nX:\r\n \r\n\r\n"},
    {"a space before the colon", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\n"},
    {"a space before the first header", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
    {"a zero byte", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"sv},
    {"a bare line feed in a head", "GET / HTTP/1.1\nHost: x\n\n"},
    {"a bare line feed behind a header", "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n"},
    {"a bare carriage return", "GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n"},
};

TEST_F(HttpServerTest, RefusesWhatCanBeReadInTwoWaysAndCloses) {
  int asked = 0;
  serve([&asked](const HttpExchangePtr& exchange) {
    ++asked;
    echo(exchange);
  });
  for (const BadRequest& bad : kBadRequests) {
    SCOPED_TRACE(bad.what);
    const std::string answer = ask(std::string(bad.bytes) + std::string(kGet));
    EXPECT_EQ(status_of(answer), "HTTP/1.1 400 Bad Request");
    EXPECT_NE(answer.find("\r\nContent-Type: application/json; charset=utf-8\r\n"),
              std::string::npos);
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_EQ(body_of(answer), R"({"message":"malformed request"})");
  }
  EXPECT_EQ(asked, 0);
  expect_no_connection_left();
}

TEST_F(HttpServerTest, LimitsHeadsTargetsAndBodies) {
  serve(echo, {.header_bytes = 1000, .body_bytes = 10});
  const std::string many(2000, 'x');
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + many)),
            "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(status_of(ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + many + "\r\n\r\n")),
            "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(status_of(ask("GET /" + many + " HTTP/1.1\r\n")), "HTTP/1.1 414 URI Too Long");
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")),
            "HTTP/1.1 413 Content Too Large");
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(ask(chunked + "8\r\n01234567\r\n3\r\nabc\r\n0\r\n\r\n")),
            "HTTP/1.1 413 Content Too Large");
  EXPECT_EQ(status_of(ask(chunked + "1;" + many)), "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(body_of(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nConnection: "
                        "close\r\n\r\n0123456789")),
            "POST / 0123456789");
  expect_no_connection_left();
}

TEST_F(HttpServerTest, TellsTheHandlerOfABodyThatBreaksTheLimitLater) {
  std::promise<void> begun;
  std::promise<void> gone;
  std::promise<std::string> told;
  serve(
      [&](const HttpExchangePtr& exchange) {
        exchange->when_gone([&gone] { gone.set_value(); });
        read_whole(exchange->body(), 1 << 20, [&told, exchange](core::Result<std::string> body) {
          exchange->respond({502, {}, "dropped, as the client has its answer"});
          told.set_value(body ? "whole" : body.error().message);
        });
        begun.set_value();
      },
      {.body_bytes = 10});
  const RawSocket client = connect();
  client.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  begun.get_future().get();
  client.write("f\r\n0123456789abcde\r\n");
  EXPECT_EQ(told.get_future().get(), "request body too large");
  gone.get_future().get();
  EXPECT_EQ(status_of(client.read_all()), "HTTP/1.1 413 Content Too Large");
}

TEST_F(HttpServerTest, CutsSlowSendersAndForgetsIdleOnes) {
  serve(echo, {.header_time = 300ms, .body_pause = 300ms, .idle_time = 300ms});
  std::vector<RawSocket> heads;
  std::vector<RawSocket> bodies;
  for (int count = 0; count < 20; ++count) {
    heads.push_back(connect());
    heads.back().write("GET / HTTP/1.1\r\nHos");
    bodies.push_back(connect());
    bodies.back().write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab");
  }
  const RawSocket idle = connect();
  const RawSocket used = connect();
  used.write(kGet);
  for (const auto* const group : {&heads, &bodies}) {
    for (const RawSocket& client : *group) {
      const std::string answer = client.read_all();
      EXPECT_EQ(status_of(answer), "HTTP/1.1 408 Request Timeout");
      EXPECT_EQ(body_of(answer), R"({"message":"request timed out"})");
    }
  }
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_TRUE(used.read_all().ends_with("GET /a?b "));
  heads.clear();
  bodies.clear();
  expect_no_connection_left();
}

TEST_F(HttpServerTest, CutsAReaderThatDoesNotRead) {
  std::promise<void> gone;
  serve(
      [&gone](const HttpExchangePtr& exchange) {
        exchange->when_gone([&gone] { gone.set_value(); });
        exchange->respond(200, {}, std::nullopt, whole_body(std::string(32 << 20, 'x')));
      },
      {.write_time = 300ms});
  const RawSocket client = connect(4096);
  client.write(kGet);
  gone.get_future().get();
  expect_no_connection_left();
}

TEST_F(HttpServerTest, ASlowReaderIsFeltByTheWriterOfTheBody) {
  constexpr std::size_t kTotal = std::size_t{64} << 20;
  const auto body = std::make_shared<BodyPipe>();
  std::size_t written = 0;
  std::function<void()> fill = [&] {
    while (!body->full() && written < kTotal) {
      body->write(std::string(std::size_t{32} << 10, 'x'));
      written += std::size_t{32} << 10;
    }
    if (written < kTotal) {
      body->when_room(fill);
    } else {
      body->finish();
    }
  };
  serve([&](const HttpExchangePtr& exchange) {
    exchange->respond(200, {}, kTotal, body);
    fill();
  });
  const RawSocket client = connect(4096);
  client.write(kLastGet);
  std::string some;
  client.read_more(some);
  std::size_t before = 0;
  std::size_t now = thread.on([&] { return written; });
  while (before != now) {  // until the windows of both sockets are full
    before = now;
    std::this_thread::sleep_for(20ms);
    now = thread.on([&] { return written; });
  }
  EXPECT_LT(now, kTotal / 2);
  std::size_t read = body_of(some).size();
  for (std::string more; client.read_more(more); more.clear()) {
    read += more.size();
  }
  EXPECT_EQ(read, kTotal);
}

TEST_F(HttpServerTest, AHandlerThatDoesNotReadStopsTheSender) {
  std::promise<HttpExchangePtr> arrived;
  serve([&arrived](HttpExchangePtr exchange) { arrived.set_value(std::move(exchange)); });
  const RawSocket client = connect();
  client.write(
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 67108864\r\n\r\n");
  auto sent = std::async(std::launch::async, [&client] {
    return client.write(std::string(std::size_t{64} << 20, 'x'));
  });
  HttpExchangePtr exchange = arrived.get_future().get();
  EXPECT_EQ(sent.wait_for(200ms), std::future_status::timeout);
  std::promise<std::size_t> size;
  thread.on([&] {
    read_whole(exchange->body(), std::size_t{1} << 30, [&](core::Result<std::string> body) {
      exchange->respond({200, {}, "thanks"});
      exchange.reset();
      size.set_value(body ? body->size() : 0);
    });
  });
  EXPECT_EQ(size.get_future().get(), std::size_t{64} << 20);
  EXPECT_TRUE(sent.get());
  EXPECT_EQ(body_of(client.read_all()), "thanks");
}

TEST_F(HttpServerTest, AcceptsNoMoreThanItsLimitUntilOneCloses) {
  serve(echo, {.connections = 2});
  RawSocket first = connect();
  const RawSocket second = connect();
  first.write(kGet);
  second.write(kGet);
  first.read_until("GET /a?b ");
  second.read_until("GET /a?b ");
  const RawSocket third = connect();  // the kernel takes it, the server does not
  third.write(kLastGet);
  EXPECT_FALSE(third.readable(100));
  first.close();
  EXPECT_EQ(body_of(third.read_all()), "GET /z ");
}

TEST_F(HttpServerTest, PassesMethodsOnThatItDoesNotKnow) {
  serve(echo);
  EXPECT_EQ(body_of(ask("BREW /pot HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
            "BREW /pot ");
}

}  // namespace
}  // namespace fn::services
