// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever an engine answers, or does not, a start or a call ends in time with one line that
// says what was the matter, and what the engine made is removed. Real engines: tests/e2e.

#include "services/runner/containers/docker/docker_driver.h"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/services/runner/containers/docker/fake_engine.h"
#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// A driver world whose driver speaks to the fake engine.
struct DockerWorld {
  explicit DockerWorld(core::Duration start_time = 20s) : engine(world.folder + "/engine.sock") {
    settings.container = world.settings;
    settings.container.runner_name = "docker";
    settings.container.start_time = start_time;
    settings.socket = engine.socket();
    settings.label = "test";
  }

  ~DockerWorld() { world.driver.reset(); }

  DockerWorld(const DockerWorld&) = delete;
  DockerWorld& operator=(const DockerWorld&) = delete;

  // The line with which making the driver failed; empty: it is there.
  std::string make() {
    auto made = make_docker_driver(world.loop, settings);
    if (!made) {
      return made.error().message;
    }
    world.driver = std::move(*made);
    return {};
  }

  StartedPtr start(const std::string& format) {
    FunctionSetup setup = setup_of("hello");
    setup.format = format;
    return world.start(setup);
  }

  DriverWorld world;
  FakeEngine engine;
  DockerDriverSettings settings;
};

class DockerDriverStep : public testing::TestWithParam<const char*> {};

void expect_one_line(const StartedPtr& started, const std::string& words) {
  ASSERT_TRUE(started->error);
  EXPECT_EQ(started->error->status, 503);
  EXPECT_FALSE(started->error->by_function);
  EXPECT_EQ(started->error->message.find('\n'), std::string::npos);
  EXPECT_NE(started->error->message.find(words), std::string::npos) << started->error->message;
}

TEST_P(DockerDriverStep, GarbageEndsTheStart) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer(GetParam(), "what?\n\n\x01\x02\r\n\r\n", true);
  expect_one_line(docker.start("http-stream"), "Docker at ");
}

TEST_P(DockerDriverStep, AnEarlyCloseEndsTheStart) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer(GetParam(), "HTTP/1.1 200 OK\r\nContent-", true);
  expect_one_line(docker.start("http-stream"), "Docker at ");
}

TEST_P(DockerDriverStep, AFailureIsHandedOn) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer(GetParam(), said(500, R"({"message": "disk\nfull"})"));
  expect_one_line(docker.start("http-stream"),
                  std::string(GetParam()) == "/attach" ? "status 500" : "disk full");
}

TEST_P(DockerDriverStep, SilenceEndsTheStartInTime) {
  DockerWorld docker(300ms);
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer(GetParam(), "");
  expect_one_line(docker.start("http-stream"), "Docker at ");
}

INSTANTIATE_TEST_SUITE_P(
    ,
    DockerDriverStep,
    testing::Values("GET /images/", "POST /containers/create", "/attach", "/start"));

TEST(DockerDriver, AContainerThatIsMadeTooLateIsRemoved) {
  DockerWorld docker(100ms);
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer("POST /containers/create", "");
  ASSERT_TRUE(docker.start("http-stream")->error);
  EXPECT_TRUE(docker.engine.asked("DELETE").empty());
  docker.engine.answer_late("POST /containers/create", said(201, R"({"Id": "0123"})"));
  EXPECT_TRUE(docker.world.run_until([&] { return docker.engine.asked("DELETE").size() == 1; }));
}

TEST(DockerDriver, ARemovalThatFailsIsTriedAgain) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer("/start", said(500, "{}"));
  docker.engine.answer("DELETE /containers/", said(500, R"({"message": "device busy"})"));
  ASSERT_TRUE(docker.start("http-stream")->error);
  ASSERT_TRUE(docker.world.run_until([&] { return docker.engine.asked("DELETE").size() == 1; }));
  docker.engine.answer("DELETE /containers/", said(204, ""));
  EXPECT_TRUE(docker.world.run_until([&] { return docker.engine.asked("DELETE").size() == 2; }));
}

TEST(DockerDriver, AFunctionThatDoesNotListenIsToldFromAnEngineThatHangs) {
  DockerWorld docker(300ms);
  ASSERT_EQ(docker.make(), "");
  const StartedPtr started = docker.start("http-stream");
  ASSERT_TRUE(started->error);
  EXPECT_EQ(started->error->status, 504);
  EXPECT_NE(started->error->message.find("Container initialization timed out"), std::string::npos);
}

TEST(DockerDriver, AContainerThatEndsBeforeItListensIsTold) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer("/attach", stream_head() + frame(2, "no socket for me\n"), true);
  docker.engine.answer("/wait", said(200, R"({"StatusCode": 1})"));
  const StartedPtr started = docker.start("http-stream");
  ASSERT_TRUE(started->error);
  EXPECT_EQ(started->error->status, 502);
  EXPECT_EQ(started->error->log, "no socket for me\n");
}

TEST(DockerDriver, AProcessPerCallAnswersWithItsOutputAndLogsItsErrors) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer(
      "/attach", stream_head() + frame(1, "out") + frame(2, "wrong") + frame(1, "put"), true);
  const StartedPtr started = docker.start("default");
  ASSERT_TRUE(started->container);
  const Called called = docker.world.call(*started->container, "");
  EXPECT_EQ(called.code(), 200) << called.text();
  EXPECT_EQ(called.body, "output");
  EXPECT_EQ(started->container->log_of("01CALL"), "wrong");
  EXPECT_TRUE(called.outcome->reusable);
  EXPECT_TRUE(docker.world.run_until([&] { return docker.engine.asked("DELETE").size() == 1; }));
}

TEST(DockerDriver, AnExitCodeIsTheCallsError) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer("/attach", stream_head(), true);
  docker.engine.answer("/wait", said(200, R"({"StatusCode": 3})"));
  const StartedPtr started = docker.start("default");
  ASSERT_TRUE(started->container);
  EXPECT_EQ(docker.world.call(*started->container, "").text(), "container exit code 3");
  docker.engine.answer("GET /containers/", said(200, R"({"State": {"OOMKilled": true}})"));
  EXPECT_NE(docker.world.call(*started->container, "").text().find("out of memory"),
            std::string::npos);
  docker.engine.answer("/wait", said(200, R"({"StatusCode": "many"})"));
  const Called odd = docker.world.call(*started->container, "");
  EXPECT_EQ(odd.code(), 503);
  EXPECT_NE(odd.text().find("how the container ended"), std::string::npos);
}

TEST(DockerDriver, AStreamWithoutFramesIsNamed) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer("/attach", stream_head() + "no frames at all");
  const StartedPtr started = docker.start("default");
  ASSERT_TRUE(started->container);
  const Called called = docker.world.call(*started->container, "");
  EXPECT_EQ(called.code(), 503);
  EXPECT_NE(called.text().find("the stream has no frames"), std::string::npos) << called.text();
}

TEST(DockerDriver, AnImageThatIsGoneIsLookedForAgain) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer("POST /containers/create", said(404, R"({"message": "No such image"})"));
  const StartedPtr started = docker.start("http-stream");
  ASSERT_TRUE(started->error);
  EXPECT_EQ(started->error->status, 503);
  EXPECT_EQ(docker.engine.asked("GET /images/hello:latest/json").size(), 1U);
  docker.start("http-stream");
  EXPECT_EQ(docker.engine.asked("GET /images/hello:latest/json").size(), 2U);
}

TEST(DockerDriver, APullThatIsTooSlowIsTold) {
  DockerWorld docker;
  docker.settings.pull_time = 50ms;
  ASSERT_EQ(docker.make(), "");
  docker.engine.answer("GET /images/", said(404, "{}"));
  docker.engine.answer("POST /images/create", "");
  const StartedPtr started = docker.start("http-stream");
  ASSERT_TRUE(started->error);
  EXPECT_EQ(started->error->status, 504);
  EXPECT_EQ(started->error->message, "Image pull timed out");
}

TEST(DockerDriver, ACancelledStartLeavesNothing) {
  DockerWorld docker;
  ASSERT_EQ(docker.make(), "");
  const std::uint64_t token = docker.world.driver->start(setup_of("hello"), {});
  ASSERT_TRUE(docker.world.run_until([&] { return !docker.engine.asked("/start").empty(); }));
  docker.world.driver->cancel(token);
  EXPECT_TRUE(docker.world.run_until([&] { return docker.engine.asked("DELETE").size() == 1; }));
}

TEST(DockerDriver, WhatAnEarlierRunLeftIsRemovedBeforeItIsThere) {
  DockerWorld docker;
  docker.engine.answer("GET /containers/json", said(200, R"([{"Id": "left"}, 7, {"Id": 1}])"));
  ASSERT_EQ(docker.make(), "");
  EXPECT_GE(docker.engine.asked("DELETE /containers/left?force=1").size(), 1U);
  EXPECT_NE(docker.world.driver->description().find("removed 1 container"), std::string::npos);
}

TEST(DockerDriver, WhatIsNoEngineIsNamed) {
  DockerWorld docker;
  docker.engine.answer("GET /info", said(200, "[]"));
  EXPECT_EQ(docker.make(),
            "DOCKER_HOST: what listens at " + docker.engine.socket() +
                " is no Docker Engine: status 200");
  docker.engine.answer("GET /info", "no HTTP\r\n\r\n", true);
  EXPECT_NE(docker.make().find("GET /info: the answer is no HTTP/1.1"), std::string::npos);
  docker.settings.auth = "{";
  EXPECT_EQ(docker.make().substr(0, 15), "FN_DOCKER_AUTH:");
}

}  // namespace
}  // namespace fn::services
