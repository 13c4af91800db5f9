// SPDX-License-Identifier: Apache-2.0
//
// Goal: the thread of the API server answers in order and on the loop, refuses what its queue
// cannot hold, and ends without losing an answer.

#include "services/api/api_server.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "services/base/loop.h"
#include "tests/services/api/api_world.h"

namespace fn::tests {
namespace {

using services::HttpResponse;

class ApiServerTest : public ::testing::Test {
 protected:
  void start(services::ApiQueueLimits limits = {}) {
    auto handler = open_api(folder_.path() / "fn.db");
    ASSERT_TRUE(handler) << handler.error().message;
    server_ = std::make_unique<services::ApiServer>(loop_, std::move(*handler), limits);
  }

  void submit(const std::string& method, const std::string& target, const std::string& body) {
    ++open_;
    server_->submit({method, target, {}}, body, [this](HttpResponse response) {
      EXPECT_EQ(std::this_thread::get_id(), thread_) << "an answer belongs to the loop's thread";
      answers_.push_back(std::move(response));
      if (--open_ == 0) {
        loop_.stop();
      }
    });
  }

  TempFolder folder_;
  services::Loop loop_;
  std::unique_ptr<services::ApiServer> server_;
  std::thread::id thread_ = std::this_thread::get_id();
  std::vector<HttpResponse> answers_;
  int open_ = 0;
};

TEST_F(ApiServerTest, AnswersInOrderOnTheLoop) {
  start();
  for (int number = 0; number < 50; ++number) {
    submit("POST", "/v2/apps", "{\"name\":\"app" + std::to_string(number) + "\"}");
    submit("GET", "/v1/apps/app" + std::to_string(number), "");
  }
  EXPECT_TRUE(answers_.empty()) << "an answer never comes from within submit";
  loop_.run();
  ASSERT_EQ(answers_.size(), 100U);
  for (std::size_t at = 0; at < answers_.size(); ++at) {
    ASSERT_EQ(answers_[at].status, 200U) << answers_[at].body;
    const auto body = nlohmann::json::parse(answers_[at].body);
    const auto& app = at % 2 == 0 ? body : body["app"];
    EXPECT_EQ(app["name"], "app" + std::to_string(at / 2));
  }
}

TEST_F(ApiServerTest, RefusesWhatItsQueueCannotHold) {
  services::ApiQueueLimits limits;
  limits.requests = 0;
  start(limits);
  submit("GET", "/v2/apps", "");
  submit("GET", "/v1/apps", "");
  loop_.run();
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(answers_[0].status, 503U);
  EXPECT_EQ(answers_[0].body, R"({"message":"Too many requests wait for the database"})");
  EXPECT_EQ(services::find_header(answers_[0].headers, "Retry-After"), "1");
  EXPECT_EQ(answers_[1].body, R"({"error":{"message":"Too many requests wait for the database"}})");
}

TEST_F(ApiServerTest, RefusesBodiesThatAreTogetherTooLarge) {
  services::ApiQueueLimits limits;
  limits.body_bytes = 10;
  start(limits);
  submit("POST", "/v2/apps", std::string(11, ' '));
  loop_.run();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].status, 503U);
}

TEST_F(ApiServerTest, EndingAnswersEverythingThatWaits) {
  start();
  for (int number = 0; number < 200; ++number) {
    submit("POST", "/v2/apps", "{\"name\":\"app" + std::to_string(number) + "\"}");
  }
  server_.reset();
  loop_.run();
  ASSERT_EQ(answers_.size(), 200U);
  auto handler = open_api(folder_.path() / "fn.db");
  ASSERT_TRUE(handler);
  for (std::size_t at = 0; at < answers_.size(); ++at) {
    const bool kept =
        (*handler)->handle({"GET", "/v1/apps/app" + std::to_string(at), {}}, "").status == 200;
    EXPECT_EQ(answers_[at].status, kept ? 200U : 503U);
  }
}

}  // namespace
}  // namespace fn::tests
