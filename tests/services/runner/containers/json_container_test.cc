// SPDX-License-Identifier: Apache-2.0
//
// Goal: functions of format `json`: many calls of one process, the messages as Fn writes and reads
// them, and what happens when the function writes something else.

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "services/runner/containers/json_format.h"
#include "services/runner/containers/json_frame.h"
#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;

constexpr const char* kCounts =
    "n=0; while read -r line; do n=$((n+1)); "
    "echo '{\"body\": \"call '$n'\", \"content_type\": \"text/x\", "
    "\"protocol\": {\"status_code\": 201, \"headers\": {\"X-A\": [\"1\", \"2\"]}}}'; done";

TEST(JsonContainer, AnswersManyCallsFromOneProcess) {
  DriverWorld world;
  world.add_script("counts", "json", kCounts);
  const StartedPtr started = world.start("counts");
  ASSERT_TRUE(started->container);
  const Called first = world.call(*started->container, "x");
  EXPECT_EQ(first.status, 201U);
  EXPECT_EQ(first.body, "call 1");
  EXPECT_EQ(first.headers, (HttpHeaders{{"X-A", "1"}, {"X-A", "2"}, {"Content-Type", "text/x"}}));
  started->container->freeze();
  EXPECT_EQ(world.call(*started->container, "x").body, "call 2");
}

TEST(JsonContainer, AnythingElseIsInvalidAndEndsTheContainer) {
  DriverWorld world;
  world.add_script("wrong", "json", "read -r line; echo no json at all; sleep 60");
  const StartedPtr started = world.start("wrong");
  ASSERT_TRUE(started->container);
  const Called called = world.call(*started->container, "x");
  EXPECT_EQ(called.code(), 502);
  EXPECT_EQ(called.text(), "invalid json response from function err: it is no JSON object");
  EXPECT_FALSE(called.outcome->reusable);
  EXPECT_TRUE(world.run_until([&] { return world.processes() == 0; }));
}

TEST(JsonContainer, AProcessThatEndsIsAnsweredWithItsExitCode) {
  DriverWorld world;
  world.add_script("ends", "json", "read -r line; exit 4");
  const StartedPtr started = world.start("ends");
  ASSERT_TRUE(started->container);
  const Called called = world.call(*started->container, "x");
  EXPECT_EQ(called.text(), "container exit code 4");
  EXPECT_FALSE(called.outcome->reusable);
}

TEST(JsonContainer, WordsBetweenCallsLoseTheContainer) {
  DriverWorld world;
  world.add_script("chatty", "json", "echo '{}'; sleep 60");
  const StartedPtr started = world.start("chatty");
  ASSERT_TRUE(started->container);
  EXPECT_TRUE(world.run_until([&] { return started->lost; }));
}

TEST(JsonContainer, TheTimeLimitEndsIt) {
  DriverWorld world;
  world.add_script("slow", "json", "sleep 60");
  const StartedPtr started = world.start("slow");
  ASSERT_TRUE(started->container);
  RunRequest request = request_with("");
  request.timeout = 50ms;
  EXPECT_EQ(world.call(*started->container, std::move(request)).code(), 504);
}

TEST(JsonFormat, ARequestIsOneLineInFnsForm) {
  RunRequest request = request_with("");
  EXPECT_EQ(json_request(request, "a\n\"b\""),
            R"({"body":"a\n\"b\"","call_id":"01CALL","content_type":"text/plain",)"
            R"("deadline":"2030-01-01T00:00:00.000Z","protocol":{"headers":{"Content-Type":)"
            R"(["text/plain"],"X-Two":["a","b"]},"method":"POST","request_url":)"
            R"("http://localhost:8081/t/app/hello","type":"http"}})"
            "\n");
}

TEST(JsonFormat, ResponsesOfWrongTypesAreRefused) {
  for (const std::string text : {"",
                                 "[]",
                                 "{",
                                 R"({"body": 1})",
                                 R"({"content_type": {}})",
                                 R"({"protocol": 1})",
                                 R"({"protocol": {"status_code": "200"}})",
                                 R"({"protocol": {"status_code": 99}})",
                                 R"({"protocol": {"status_code": -1}})",
                                 R"({"protocol": {"headers": []}})",
                                 R"({"protocol": {"headers": {"a": 1}}})"}) {
    EXPECT_FALSE(json_response(text)) << text;
  }
  EXPECT_TRUE(json_response("{}"));
  EXPECT_TRUE(json_response(R"({"body": null, "protocol": null})"));
}

TEST(JsonFrame, FindsTheEndOfAnObjectHoweverItComes) {
  const std::string text = R"( {"a": "}\"", "b": {"c": "\\"}} {)";
  const std::size_t end = text.rfind('}') + 1;
  EXPECT_EQ(JsonFrame().take(text), end);
  JsonFrame frame;
  for (std::size_t at = 0; at + 1 < end; ++at) {
    EXPECT_EQ(frame.take(text.substr(at, 1)), std::nullopt);
  }
  EXPECT_EQ(frame.take("}"), 1U);
  EXPECT_EQ(frame.take("garbage"), 7U);
}

}  // namespace
}  // namespace fn::services
