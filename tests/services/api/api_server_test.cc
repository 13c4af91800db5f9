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
    auto handler = open_api(folder.path() / "fn.db");
    ASSERT_TRUE(handler) << handler.error().message;
    server = std::make_unique<services::ApiServer>(loop, std::move(*handler), limits);
  }

  void submit(const std::string& method, const std::string& target, const std::string& body) {
    ++unanswered;
    server->submit({method, target, {}}, body, [this](HttpResponse response) {
      EXPECT_EQ(std::this_thread::get_id(), loop_thread)
          << "an answer belongs to the loop's thread";
      answers.push_back(std::move(response));
      if (--unanswered == 0) {
        loop.stop();
      }
    });
  }

  TempFolder folder;
  services::Loop loop;
  std::unique_ptr<services::ApiServer> server;
  std::thread::id loop_thread = std::this_thread::get_id();
  std::vector<HttpResponse> answers;
  int unanswered = 0;
};

TEST_F(ApiServerTest, AnswersInOrderOnTheLoop) {
  start();
  for (int number = 0; number < 50; ++number) {
    submit("POST", "/v2/apps", "{\"name\":\"app" + std::to_string(number) + "\"}");
    submit("GET", "/v1/apps/app" + std::to_string(number), "");
  }
  EXPECT_TRUE(answers.empty()) << "an answer never comes from within submit";
  loop.run();
  ASSERT_EQ(answers.size(), 100U);
  for (std::size_t at = 0; at < answers.size(); ++at) {
    ASSERT_EQ(answers[at].status, 200U) << answers[at].body;
    const auto body = nlohmann::json::parse(answers[at].body);
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
  loop.run();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].status, 503U);
  EXPECT_EQ(answers[0].body, R"({"message":"Too many requests wait for the database"})");
  EXPECT_EQ(services::find_header(answers[0].headers, "Retry-After"), "1");
  EXPECT_EQ(answers[1].body, R"({"error":{"message":"Too many requests wait for the database"}})");
}

TEST_F(ApiServerTest, RefusesBodiesThatAreTogetherTooLarge) {
  services::ApiQueueLimits limits;
  limits.body_bytes = 10;
  start(limits);
  submit("POST", "/v2/apps", std::string(11, ' '));
  loop.run();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].status, 503U);
}

TEST_F(ApiServerTest, EndingAnswersEverythingThatWaits) {
  start();
  for (int number = 0; number < 200; ++number) {
    submit("POST", "/v2/apps", "{\"name\":\"app" + std::to_string(number) + "\"}");
  }
  server.reset();
  loop.run();
  ASSERT_EQ(answers.size(), 200U);
  auto handler = open_api(folder.path() / "fn.db");
  ASSERT_TRUE(handler);
  for (std::size_t at = 0; at < answers.size(); ++at) {
    const bool kept =
        (*handler)->handle({"GET", "/v1/apps/app" + std::to_string(at), {}}, "").status == 200;
    EXPECT_EQ(answers[at].status, kept ? 200U : 503U);
  }
}

}  // namespace
}  // namespace fn::tests
