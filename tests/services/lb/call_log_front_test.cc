// SPDX-License-Identifier: Apache-2.0
//
// Goal: who asks for a log gets it in the form that was asked for, or a reason why not, and what is
// not this load balancer's to answer is left alone.

#include "services/lb/call_log_front.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

class OneExchange final : public HttpExchange {
 public:
  OneExchange(std::string method, std::string target, HttpHeaders headers)
      : head_{std::move(method), std::move(target), std::move(headers)} {}

  [[nodiscard]] const HttpRequestHead& head() const override { return head_; }

  [[nodiscard]] std::string peer() const override { return {}; }

  [[nodiscard]] std::optional<std::uint64_t> content_length() const override { return 0; }

  [[nodiscard]] const BodyPipePtr& body() override { return body_; }

  void respond(HttpResponse response) override { answer = std::move(response); }

  void respond(unsigned, HttpHeaders, std::optional<std::uint64_t>, BodyPipePtr) override {}

  void when_gone(std::function<void()> /*handler*/) override {}

  std::optional<HttpResponse> answer;

 private:
  HttpRequestHead head_;
  BodyPipePtr body_ = whole_body("");
};

class OneLog final : public LogPort {
 public:
  void ask_log(core::RunnerHandle runner,
               const std::string& call_id,
               std::function<void(LogAnswer)> handler) override {
    asked.push_back(std::to_string(runner.value) + " " + call_id);
    handler(answer);
  }

  LogAnswer answer{LogAnswer::Kind::kLog, "a line\n"};
  std::vector<std::string> asked;
};

class CallLogFrontTest : public testing::Test {
 protected:
  CallLogFrontTest() {
    auto function = std::make_shared<FunctionVersion>();
    function->setup.app_name = "my app";
    calls_.remember("01CALL", function, core::RunnerHandle{5});
  }

  // The answer, or status 0: it was not taken.
  HttpResponse ask(const std::string& target,
                   HttpHeaders headers = {},
                   const std::string& method = "GET") {
    const auto exchange = std::make_shared<OneExchange>(method, target, std::move(headers));
    return front_.take(exchange) ? exchange->answer.value() : HttpResponse{0, {}, {}};
  }

  OneLog port;

 private:
  RememberedCalls calls_{10};
  CallLogFront front_{calls_, port, [](core::RunnerHandle) {
                        return "host:9190";
                      }};
};

constexpr const char* kTarget = "/v1/apps/my%20app/calls/01CALL/log";

TEST_F(CallLogFrontTest, ALogIsJsonUnlessTextIsAskedFor) {
  for (const char* const accept :
       {"", "*/*", "application/json, text/plain", "x/y,application/*"}) {
    const HttpResponse answer = ask(kTarget, {{"Accept", accept}});
    EXPECT_EQ(answer.status, 200U) << accept;
    EXPECT_EQ(answer.body,
              R"({"message":"Successfully loaded log","log":{"call_id":"01CALL",)"
              R"("app_name":"my app","log":"a line\n"}})")
        << accept;
  }
  EXPECT_EQ(port.asked.front(), "5 01CALL");
  for (const char* const accept : {"text/plain", "image/png ,TEXT/Plain ;q=1", "text/*"}) {
    const HttpResponse answer = ask(kTarget, {{"Accept", accept}});
    EXPECT_EQ(answer.status, 200U) << accept;
    EXPECT_EQ(answer.body, "a line\n") << accept;
    EXPECT_TRUE(find_header(answer.headers, "Content-Type").starts_with("text/plain"));
  }
  EXPECT_EQ(ask(kTarget, {{"Accept", "image/png"}}).status, 406U);
}

TEST_F(CallLogFrontTest, BytesThatAreNoTextAreReplacedInJsonOnly) {
  port.answer.text = "\xff!";
  EXPECT_NE(ask(kTarget).body.find("\xef\xbf\xbd!"), std::string::npos);
  EXPECT_EQ(ask(kTarget, {{"Accept", "text/plain"}}).body, "\xff!");
}

TEST_F(CallLogFrontTest, WhyThereIsNoLogIsSaid) {
  port.answer = {LogAnswer::Kind::kUnknown, "x"};
  HttpResponse answer = ask(kTarget);
  EXPECT_EQ(answer.status, 404U);
  EXPECT_EQ(answer.body, R"({"error":{"message":"Call log not found"}})");
  port.answer = {LogAnswer::Kind::kUnreachable, "no answer within 5 s"};
  answer = ask(kTarget);
  EXPECT_EQ(answer.status, 503U);
  EXPECT_NE(answer.body.find(R"("reason":"runner_unreachable")"), std::string::npos);
  EXPECT_NE(answer.body.find("host:9190"), std::string::npos);
  port.answer = {LogAnswer::Kind::kNotOffered, ""};
  answer = ask(kTarget);
  EXPECT_EQ(answer.status, 503U);
  EXPECT_NE(answer.body.find(R"("reason":"logs_not_offered")"), std::string::npos);
}

TEST_F(CallLogFrontTest, WhatItDoesNotKnowIsLeftToTheApiServer) {
  for (const char* const target : {"/v1/apps/my%20app/calls/02CALL/log",
                                   "/v1/apps/other/calls/01CALL/log",
                                   "/v1/apps/my%20app/calls/01CALL",
                                   "/v1/apps/my%20app/calls/01CALL/log/",
                                   "/v1/apps/my%20app/calls//log",
                                   "/v1/apps//calls/01CALL/log",
                                   "/v1/apps/my%20app/routes/01CALL/log",
                                   "/v2/fns/my%20app/calls/01CALL/log",
                                   "/v1",
                                   "/",
                                   ""}) {
    EXPECT_EQ(ask(target).status, 0U) << target;
  }
  EXPECT_EQ(ask(kTarget, {}, "POST").status, 0U);
  EXPECT_TRUE(port.asked.empty());
}

}  // namespace
}  // namespace fn::services
