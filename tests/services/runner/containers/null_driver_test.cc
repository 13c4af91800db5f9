// SPDX-License-Identifier: Apache-2.0
//
// Goal: the null driver answers every run with what it was sent, whole or streamed, and a stopped
// run ends once.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "services/runner/container.h"

namespace fn::services {
namespace {

struct Echo {
  std::unique_ptr<ContainerDriver> driver = make_null_driver();
  std::unique_ptr<Container> container;
  unsigned status = 0;
  HttpHeaders headers;
  BodyPipePtr answer;
  std::vector<RunOutcome> ends;

  Echo() {
    StartSink sink;
    sink.started = [this](std::unique_ptr<Container> started) {
      container = std::move(started);
    };
    driver->start({}, std::move(sink));
  }

  void run(const BodyPipePtr& body) {
    RunRequest request;
    request.headers = {{"Accept", "*/*"}, {"content-type", "text/plain"}};
    request.body = body;
    container->run(std::move(request),
                   {[this](unsigned code, HttpHeaders head, BodyPipePtr pipe) {
                      status = code;
                      headers = std::move(head);
                      answer = std::move(pipe);
                    },
                    [this](const RunOutcome& outcome) {
                      ends.push_back(outcome);
                    }});
  }

  [[nodiscard]] std::string body() const {
    std::string text;
    read_whole(answer, 100, [&text](core::Result<std::string> whole) {
      text = whole ? *whole : "error: " + whole.error().message;
    });
    return text;
  }
};

TEST(NullDriver, AnswersWithWhatItWasSent) {
  Echo echo;
  echo.run(whole_body("hello"));
  EXPECT_EQ(echo.status, 200U);
  EXPECT_EQ(echo.headers, (HttpHeaders{{"content-type", "text/plain"}}));
  EXPECT_EQ(echo.body(), "hello");
  ASSERT_EQ(echo.ends.size(), 1U);
  EXPECT_EQ(echo.ends[0].outcome, core::CallOutcome::kCompleted);
  EXPECT_TRUE(echo.ends[0].reusable);
}

TEST(NullDriver, AnswersWhileTheBodyStillComes) {
  Echo echo;
  const auto body = std::make_shared<BodyPipe>();
  echo.run(body);
  EXPECT_EQ(echo.status, 200U);
  EXPECT_TRUE(echo.ends.empty());
  body->write("late");
  body->finish();
  EXPECT_EQ(echo.ends.size(), 1U);
  EXPECT_EQ(echo.body(), "late");
}

TEST(NullDriver, ABodyThatBreaksFailsTheRun) {
  Echo echo;
  const auto body = std::make_shared<BodyPipe>();
  echo.run(body);
  body->fail({core::ErrorCode::kUnavailable, "the caller is gone"});
  ASSERT_EQ(echo.ends.size(), 1U);
  EXPECT_EQ(echo.ends[0].outcome, core::CallOutcome::kFailed);
  EXPECT_EQ(echo.body(), "error: the caller is gone");
}

TEST(NullDriver, AStoppedRunEndsOnceAndNotReusable) {
  Echo echo;
  const auto body = std::make_shared<BodyPipe>();
  echo.run(body);
  echo.container->stop_run();
  body->finish();
  echo.container->stop_run();
  ASSERT_EQ(echo.ends.size(), 1U);
  EXPECT_EQ(echo.ends[0].outcome, core::CallOutcome::kFailed);
  EXPECT_FALSE(echo.ends[0].reusable);
}

}  // namespace
}  // namespace fn::services
