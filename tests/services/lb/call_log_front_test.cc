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

  // The answer, or status 0: there is none.
  HttpResponse ask(const std::string& target,
                   HttpHeaders headers = {},
                   const std::string& method = "GET") {
    HttpResponse answer{0, {}, {}};
    if (const auto question = log_request_of({method, target, std::move(headers)})) {
      front_.answer(*question, [&](HttpResponse given) { answer = std::move(given); });
    }
    return answer;
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
