// SPDX-License-Identifier: Apache-2.0
//
// Goal: functions of format `default`: a process per call, its stdout the answer, its failures as
// Fn's users know them.

#include "services/runner/containers/cold_container.h"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;

Called run_script(const std::string& script,
                  const std::string& body,
                  const std::function<void(ContainerSettings&)>& change = {}) {
  DriverWorld world(change);
  EXPECT_EQ(world.problem, "");
  world.add_script("fnproject/hello:0.0.1", "default", script);
  const StartedPtr started = world.start("fnproject/hello:0.0.1");
  EXPECT_TRUE(started->container) << (started->error ? started->error->message : "");
  Called called = started->container ? world.call(*started->container, body) : Called{};
  return called;
}

TEST(ColdContainer, AnswersWithStdoutOfWhatItWasSent) {
  const Called called = run_script("read name; echo \"Hello $name\"", "Johnny\n");
  EXPECT_EQ(called.status, 200U);
  EXPECT_EQ(called.body, "Hello Johnny\n");
  ASSERT_TRUE(called.outcome);
  EXPECT_EQ(called.outcome->outcome, core::CallOutcome::kCompleted);
  EXPECT_TRUE(called.outcome->reusable);
}

TEST(ColdContainer, TheCallIsInTheEnvironment) {
  const Called called = run_script(
      "echo $FN_CALL_ID $FN_DEADLINE $FN_METHOD $FN_REQUEST_URL $FN_HEADER_CONTENT_TYPE "
      "\"$FN_HEADER_X_TWO\" $FN_FORMAT $FN_MEMORY $FN_APP_NAME",
      "");
  EXPECT_EQ(called.body,
            "01CALL 2030-01-01T00:00:00.000Z POST http://localhost:8081/t/app/hello text/plain "
            "a, b default 128 app\n");
}

TEST(ColdContainer, AnExitCodeIsTheErrorWhateverWasWritten) {
  const Called called = run_script("echo some; exit 3", "");
  EXPECT_EQ(called.code(), 502);
  EXPECT_EQ(called.text(), "container exit code 3");
  EXPECT_EQ(called.status, 0U);
}

TEST(ColdContainer, TheTimeLimitEndsIt) {
  DriverWorld world;
  world.add_script("slow", "default", "sleep 60");
  const StartedPtr started = world.start("slow");
  ASSERT_TRUE(started->container);
  RunRequest request = request_with("");
  request.timeout = 100ms;
  const Called called = world.call(*started->container, std::move(request));
  EXPECT_EQ(called.code(), 504);
  EXPECT_EQ(called.text(), "Timed out");
  EXPECT_EQ(called.outcome->outcome, core::CallOutcome::kTimedOut);
  EXPECT_FALSE(called.outcome->reusable);
  EXPECT_TRUE(world.run_until([&] { return world.processes() == 0; }));
}

TEST(ColdContainer, ALongAnswerIsHandedOnWhileItComes) {
  const Called called = run_script("head -c 5000000 /dev/zero", "");
  EXPECT_EQ(called.status, 200U);
  EXPECT_EQ(called.body.size(), 5'000'000U);
  EXPECT_EQ(called.code(), 200);
}

TEST(ColdContainer, AnAnswerBeyondTheLimitIsRefused) {
  const auto limited = [](ContainerSettings& settings) {
    settings.response_bytes = 1000;
  };
  EXPECT_EQ(run_script("head -c 1000 /dev/zero", "", limited).body.size(), 1000U);
  const Called called = run_script("head -c 1001 /dev/zero", "", limited);
  EXPECT_EQ(called.code(), 502);
  EXPECT_EQ(called.text(), "function response body too large");
}

TEST(ColdContainer, TheEndOfAKilledProcessIsNotTheNextOnes) {
  DriverWorld world([](ContainerSettings& settings) { settings.response_bytes = 1000; });
  world.add_script("sized", "default", "read -r size; head -c $size /dev/zero");
  const StartedPtr started = world.start("sized");
  ASSERT_TRUE(started->container);
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(world.call(*started->container, "5000\n").text(), "function response body too large");
    EXPECT_EQ(world.call(*started->container, "10\n").text().size(), 10U);
  }
}

TEST(ColdContainer, StderrIsTheLogOfTheCall) {
  DriverWorld world([](ContainerSettings& settings) { settings.log_bytes = 20; });
  world.add_script("loud", "default", "echo \"$FN_CALL_ID says\" >&2; cat >&2; exit 1");
  const StartedPtr started = world.start("loud");
  ASSERT_TRUE(started->container);
  Container& container = *started->container;
  world.call(container, "this");
  EXPECT_EQ(container.log_of("01CALL"), "01CALL says\nthis");
  RunRequest second = request_with("0123456789");
  second.call_id = "02";
  world.call(container, std::move(second));
  EXPECT_EQ(container.log_of("02"), "02 says\n0123456789");
}

TEST(ColdContainer, AStoppedRunEndsAtOnceAndItsProcessDies) {
  DriverWorld world;
  world.add_script("slow", "default", "sleep 60");
  const StartedPtr started = world.start("slow");
  ASSERT_TRUE(started->container);
  const CalledPtr called = world.begin_call(*started->container, request_with(""));
  started->container->stop_run();
  ASSERT_TRUE(called->outcome);
  EXPECT_EQ(called->outcome->outcome, core::CallOutcome::kFailed);
  EXPECT_FALSE(called->outcome->reusable);
  EXPECT_TRUE(world.run_until([&] { return world.processes() == 0; }));
}

TEST(ColdContainer, AFunctionThatReadsNothingStillAnswers) {
  const Called called = run_script("exec 0<&-; echo done", std::string(1'000'000, 'x'));
  EXPECT_EQ(called.body, "done\n");
}

TEST(ColdContainer, HeaderNamesBecomeVariables) {
  EXPECT_EQ(header_variable("Content-Type"), "FN_HEADER_CONTENT_TYPE");
  EXPECT_EQ(header_variable("x y=z"), "FN_HEADER_X_Y_Z");
}

}  // namespace
}  // namespace fn::services
