// SPDX-License-Identifier: Apache-2.0
//
// Goal: over real HTTP, a request becomes a call and its end an answer: whole with its length,
// streamed, detached, or an error that says whose limit it was.

#include "services/lb/invoke_front.h"

#include <future>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "services/runner/runner_node.h"
#include "tests/support/lb_pool_parts.h"
#include "tests/support/node_port.h"
#include "tests/support/quiet_observers.h"
#include "tests/support/raw_socket.h"

namespace fn::services {
namespace {

// An API server that knows one app with one function, by id and by trigger.
class OneFunction final : public ApiPort {
 public:
  void ask(HttpRequestHead head, std::string /*body*/, Handler handler) override {
    constexpr const char* kFn = R"({"id":"F","app_id":"A","name":"f","image":"echo"})";
    HttpResponse response{404, {}, R"({"message":"Fn not found"})"};
    if (head.target == "/v2/fns/F") {
      response = {200, {}, kFn};
    } else if (head.target == "/v2/apps/A") {
      response = {200, {}, R"({"id":"A","name":"app"})"};
    } else if (head.target == "/v2/fns/" || head.target == "/v2/apps/" ||
               head.target.starts_with("/v2/apps?")) {
      response = {200, {}, R"({"items":[{"id":"A","name":"app"}]})"};
    } else if (head.target.ends_with("/triggerBySource/http/hello")) {
      response = {200, {}, R"({"fn_id":"F"})"};
    }
    handler(std::move(response));
  }
};

// HTTP in front, a runner of echoing functions behind, all on one loop.
class InvokeFrontTest : public testing::Test {
 protected:
  void SetUp() override {
    core::RunnerConfig runner;
    runner.group = core::GroupHandle{0};
    node_ = std::make_unique<RunnerNode>(loop_, runner, *driver_, runner_observer_);
    port_ = std::make_unique<NodePort>(loop_, *node_);
    pools_ = std::make_unique<LbPools>(LbPools::Parts{.loop = loop_,
                                                      .port = *port_,
                                                      .runners = runners_,
                                                      .budget = budget_,
                                                      .body = {},
                                                      .config = {},
                                                      .seed = 1,
                                                      .observe = observe_nothing});
    pools_->use_static({core::Member{core::RunnerHandle{0}}});
    front_ = std::make_unique<InvokeFront>(loop_, catalog_, *pools_, InvokeOptions{});
    http_ = std::make_unique<HttpServer>(loop_, HttpLimits{}, [this](const HttpExchangePtr& one) {
      if (!front_->take(one)) {
        one->respond({200, {}, "no call"});
      }
    });
    http_port_ = http_->listen("127.0.0.1", 0).value();
    thread_ = std::thread([this] { loop_.run(); });
  }

  void TearDown() override {
    loop_.stop();
    thread_.join();
    http_.reset();
    pools_.reset();
    node_->stop();
  }

  // The whole answer to one request; the connection closes after it.
  [[nodiscard]] std::string ask(const std::string& line,
                                const std::string& body = {},
                                const std::string& headers = {}) const {
    const RawSocket socket = RawSocket::to_port(http_port_);
    socket.write(line + " HTTP/1.1\r\nHost: lb\r\nConnection: close\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    return socket.read_all();
  }

  // How many calls the group holds, once the loop has come to it.
  std::uint32_t calls() {
    std::promise<std::uint32_t> held;
    loop_.post([&] { held.set_value(pools_->calls()); });
    return held.get_future().get();
  }

  void drain() {
    std::promise<void> done;
    loop_.post([&] {
      front_->drain();
      done.set_value();
    });
    done.get_future().get();
  }

  [[nodiscard]] std::uint16_t port() const { return http_port_; }

 private:
  Loop loop_;
  QuietRunner runner_observer_;
  std::uint16_t http_port_ = 0;
  OneFunction api_;
  FnCatalog catalog_{loop_, api_, {}};
  BodyBudget budget_{std::size_t{64} << 20};
  std::unique_ptr<ContainerDriver> driver_ = make_null_driver();
  std::unique_ptr<RunnerNode> node_;
  std::unique_ptr<NodePort> port_;
  NamedRunners runners_;
  std::unique_ptr<LbPools> pools_;
  std::unique_ptr<InvokeFront> front_;
  std::unique_ptr<HttpServer> http_;
  std::thread thread_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(InvokeFrontTest, ASmallAnswerGoesOutWholeWithItsLengthAndTheCallsId) {
  const std::string answer = ask("POST /invoke/F", "hello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_TRUE(has(answer, "Content-Length: 5\r\n")) << answer;
  EXPECT_TRUE(has(answer, "Fn-Call-Id: ")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello")) << answer;
}

TEST_F(InvokeFrontTest, AnAnswerThatTakesLongerIsStreamed) {
  const RawSocket socket = RawSocket::to_port(port());
  socket.write("POST /invoke/F HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n\r\n");
  socket.write("5\r\nfirst\r\n");
  std::string answer = socket.read_until("first\r\n");
  EXPECT_TRUE(has(answer, "Transfer-Encoding: chunked\r\n")) << answer;
  socket.write("4\r\nlast\r\n0\r\n\r\n");
  answer = socket.read_until("0\r\n\r\n");
  EXPECT_TRUE(has(answer, "last")) << answer;
}

TEST_F(InvokeFrontTest, ALargeAnswerComesWhole) {
  const std::string body(std::size_t{3} << 20, 'x');
  const std::string answer = ask("POST /invoke/F", body);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
  EXPECT_GE(answer.size(), body.size());
}

TEST_F(InvokeFrontTest, ATriggerIsCalledByItsSource) {
  const std::string answer = ask("PUT /t/app/hello?q=1", "hi");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_TRUE(answer.ends_with("hi")) << answer;
}

TEST_F(InvokeFrontTest, ADetachedCallIsAnsweredOnceARunnerHasIt) {
  const std::string answer = ask("POST /invoke/F", "hello", "Fn-Invoke-Type: detached\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 202 ")) << answer;
  EXPECT_TRUE(has(answer, R"({"call_id":")")) << answer;
}

TEST_F(InvokeFrontTest, ADetachedBodyBeyondTheLimitIsRefusedWithItsReason) {
  const std::string answer = ask("POST /invoke/F",
                                 std::string((std::size_t{1} << 20) + 1, 'x'),
                                 "Fn-Invoke-Type: detached\r\n");
  EXPECT_TRUE(has(answer, "HTTP/1.1 413 ")) << answer;
  EXPECT_TRUE(has(answer, R"("reason":"body_too_large")")) << answer;
}

TEST_F(InvokeFrontTest, AClientThatLeavesTakesItsCallBack) {
  RawSocket socket = RawSocket::to_port(port());
  socket.write("POST /invoke/F HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n\r\n");
  socket.write("5\r\nfirst\r\n");
  EXPECT_TRUE(has(socket.read_until("first\r\n"), "first"));
  EXPECT_EQ(calls(), 1U);
  socket.reset();
  while (calls() > 0) {
    std::this_thread::yield();
  }
}

TEST_F(InvokeFrontTest, WhatIsNotThereIsNotFoundWithAReason) {
  for (const char* line : {"POST /invoke/none",
                           "GET /t/app/none",
                           "POST /invoke/",
                           "GET /t//hello",
                           "GET /r//hello",
                           "GET /t/"}) {
    const std::string answer = ask(line);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 ")) << line << answer;
    EXPECT_TRUE(has(answer, R"("reason":"not_found")")) << line << answer;
  }
}

TEST_F(InvokeFrontTest, AFunctionIsInvokedByPostOnly) {
  const std::string answer = ask("GET /invoke/F");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
  EXPECT_TRUE(has(answer, R"("reason":"method_not_allowed")")) << answer;
}

TEST_F(InvokeFrontTest, OtherPathsAreNotItsOwn) {
  EXPECT_TRUE(ask("GET /invoked").ends_with("no call"));
}

TEST_F(InvokeFrontTest, ADrainingFrontRefusesNewCalls) {
  drain();
  const std::string answer = ask("POST /invoke/F", "x");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(has(answer, R"("reason":"shutting_down")")) << answer;
  EXPECT_TRUE(has(answer, "Retry-After: 1\r\n")) << answer;
}

}  // namespace
}  // namespace fn::services
