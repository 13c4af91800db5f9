// SPDX-License-Identifier: Apache-2.0
//
// Goal: a function that serves HTTP on its socket: every row of Fn's tables of errors (fn.md 4.4,
// 4.5) with real processes, and what comes after an error.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;

constexpr const char* kImage = "fnproject/echo:1";

struct EchoWorld : DriverWorld {
  explicit EchoWorld(const std::function<void(ContainerSettings&)>& change = {})
      : DriverWorld(change) {
    EXPECT_EQ(problem, "");
    add_program(kImage, "", echo_native());
  }

  StartedPtr start_echo(const std::string& how = {}) {
    FunctionSetup setup = setup_of(kImage);
    setup.config = {{"ECHO_START", how}, {"GREETING", "from config"}};
    return start(setup);
  }

  std::unique_ptr<Container> echo() {
    const StartedPtr started = start_echo();
    EXPECT_TRUE(started->container) << started->error->message << started->error->log;
    return std::move(started->container);
  }

  Called ask(Container& container, const std::string& deed, const std::string& body = "body") {
    RunRequest request = request_with(body);
    request.headers.emplace_back("Echo-Do", deed);
    return call(container, std::move(request));
  }
};

void expect_error(const Called& called, int status, const std::string& text, bool reusable) {
  EXPECT_EQ(called.code(), status);
  EXPECT_EQ(called.text(), text);
  ASSERT_TRUE(called.outcome);
  EXPECT_EQ(called.outcome->reusable, reusable);
  EXPECT_TRUE(called.outcome->error.by_function);
}

TEST(HttpStream, AnswersManyCallsFromOneProcess) {
  EchoWorld world;
  const auto container = world.echo();
  for (const std::string body : {"one", "", "three"}) {
    const Called called = world.call(*container, body);
    EXPECT_EQ(called.status, 200U);
    EXPECT_EQ(called.body, body);
    EXPECT_EQ(find_header(called.headers, "content-type"), "text/plain");
    EXPECT_EQ(find_header(called.headers, "fn-fdk-version"), "echo-native/1");
    EXPECT_TRUE(called.outcome->reusable);
  }
  EXPECT_EQ(world.processes(), 1U);
}

TEST(HttpStream, TheFunctionSeesItsConfigAndFnsVariables) {
  EchoWorld world;
  const auto container = world.echo();
  const std::vector<std::pair<std::string, std::string>> expected = {{"GREETING", "from config"},
                                                                     {"FN_FORMAT", "http-stream"},
                                                                     {"FN_MEMORY", "128"},
                                                                     {"FN_TYPE", "sync"},
                                                                     {"FN_FN_ID", "fn-id"},
                                                                     {"FN_APP_ID", "app-id"}};
  for (const auto& [name, value] : expected) {
    EXPECT_EQ(world.ask(*container, "variable", name).body, value) << name;
  }
}

TEST(HttpStream, AFunctionThatSaysItFailedIsKept) {
  EchoWorld world;
  const auto container = world.echo();
  expect_error(world.ask(*container, "status 502"), 502, "function failed", true);
  const Called late = world.ask(*container, "status 504");
  expect_error(late, 504, "Timed out", true);
  EXPECT_EQ(late.outcome->outcome, core::CallOutcome::kTimedOut);
  EXPECT_EQ(world.call(*container, "again").body, "again");
}

TEST(HttpStream, AnyOtherStatusIsInvalidAndEndsTheContainer) {
  for (const std::string deed : {"status 201", "status 404", "status 500"}) {
    EchoWorld world;
    const auto container = world.echo();
    expect_error(world.ask(*container, deed), 502, "invalid function response", false);
    EXPECT_TRUE(world.run_until([&] { return world.processes() == 0; }));
  }
}

TEST(HttpStream, ACallBeyondItsTimeIs504AndTheProcessDies) {
  EchoWorld world;
  const auto container = world.echo();
  RunRequest request = request_with("");
  request.headers.emplace_back("Echo-Do", "never");
  request.timeout = 100ms;
  const Called called = world.call(*container, std::move(request));
  expect_error(called, 504, "Timed out", false);
  EXPECT_EQ(called.outcome->outcome, core::CallOutcome::kTimedOut);
  EXPECT_TRUE(world.run_until([&] { return world.processes() == 0; }));
}

TEST(HttpStream, ACrashIsAnsweredWithTheExitCode) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"exit 3", "container exit code 3"},
      {"exit 0", "container exit code 0"},
      {"crash", "container exit code 134"},
      {"exit 137",
       "container out of memory, you may want to raise fn.memory for this function "
       "(default: 128MB)"}};
  for (const auto& [deed, text] : rows) {
    EchoWorld world;
    const auto container = world.echo();
    expect_error(world.ask(*container, deed), 502, text, false);
  }
}

TEST(HttpStream, BrokenAnswersAreIoErrorsAndEndTheContainer) {
  for (const std::string deed : {"close", "garbage", "break"}) {
    EchoWorld world;
    const auto container = world.echo();
    const Called called = world.ask(*container, deed);
    expect_error(called, 502, "error receiving function response", false);
    EXPECT_EQ(called.body_error.empty(), deed != "break") << deed;
    EXPECT_TRUE(world.run_until([&] { return world.processes() == 0; }));
  }
}

TEST(HttpStream, LimitsOnAnswers) {
  EchoWorld world([](ContainerSettings& settings) {
    settings.response_bytes = 100'000;
    settings.response_header_bytes = 2000;
  });
  auto container = world.echo();
  EXPECT_EQ(world.ask(*container, "answer 100000").body.size(), 100'000U);
  EXPECT_EQ(world.ask(*container, "header 1000").code(), 200);
  expect_error(
      world.ask(*container, "answer 100001"), 502, "function response body too large", false);
  container = world.echo();
  expect_error(
      world.ask(*container, "header 3000"), 502, "function response header too large", false);
}

TEST(HttpStream, AFunctionThatAnswersEarlyIsKept) {
  EchoWorld world;
  const auto container = world.echo();
  const Called called = world.ask(*container, "early", std::string(2'000'000, 'x'));
  EXPECT_EQ(called.body, "early");
  EXPECT_EQ(world.call(*container, "again").body, "again");
}

TEST(HttpStream, AnAnswerOf64MegabytesIsNeverHeld) {
  EchoWorld world;
  const auto container = world.echo();
  RunRequest request = request_with("");
  request.headers.emplace_back("Echo-Do", "answer 67108864");
  std::size_t got = 0;
  std::size_t most_held = 0;
  bool over = false;
  BodyPipePtr answer;
  std::function<void()> read = [&] {
    most_held = std::max(most_held, answer->held());
    answer->read([&](BodyPipe::Chunk chunk) {
      ASSERT_TRUE(chunk);
      if (*chunk) {
        got += (*chunk)->size();
        world.loop.post(read);
      }
    });
  };
  container->run(std::move(request),
                 {[&](unsigned, HttpHeaders, BodyPipePtr body) {
                    answer = std::move(body);
                    read();
                  },
                  [&](const RunOutcome& outcome) {
                    EXPECT_EQ(outcome.outcome, core::CallOutcome::kCompleted);
                    over = true;
                  }});
  EXPECT_TRUE(world.run_until([&] { return over && got == 67'108'864; }));
  EXPECT_LT(most_held, std::size_t{1} << 20);
}

TEST(HttpStream, AStoppedRunEndsAtOnce) {
  EchoWorld world;
  const auto container = world.echo();
  RunRequest request = request_with("");
  request.headers.emplace_back("Echo-Do", "never");
  const CalledPtr called = world.begin_call(*container, std::move(request));
  container->stop_run();
  ASSERT_TRUE(called->outcome);
  EXPECT_FALSE(called->outcome->reusable);
  EXPECT_FALSE(called->outcome->error.by_function);
}

TEST(HttpStream, StartsThatFailSayWhyAndShowTheLog) {
  EchoWorld world([](ContainerSettings& settings) { settings.start_time = 300ms; });
  const StartedPtr exits = world.start_echo("exit");
  ASSERT_TRUE(exits->error);
  EXPECT_EQ(exits->error->status, 502);
  EXPECT_EQ(exits->error->message,
            "Container failed to initialize, please ensure you are using the latest fdk and check "
            "the logs");
  EXPECT_EQ(exits->error->log, "echo-native: asked to exit\n");
  const StartedPtr never = world.start_echo("never");
  ASSERT_TRUE(never->error);
  EXPECT_EQ(never->error->status, 504);
  EXPECT_EQ(never->error->message,
            "Container initialization timed out, please ensure you are using the latest fdk and "
            "check the logs");
  const StartedPtr escapes = world.start_echo("escape");
  ASSERT_TRUE(escapes->error);
  EXPECT_EQ(escapes->error->status, 502);
  EXPECT_NE(escapes->error->message.find("a link out of its folder"), std::string::npos);
  EXPECT_TRUE(world.run_until([&] { return world.processes() == 0 && world.leftovers().empty(); }));
}

TEST(HttpStream, StderrBelongsToTheCallThatWroteIt) {
  EchoWorld world;
  const auto container = world.echo();
  world.ask(*container, "log 3");
  RunRequest second = request_with("");
  second.call_id = "02CALL";
  second.headers.emplace_back("Echo-Do", "log 5");
  world.call(*container, std::move(second));
  EXPECT_TRUE(world.run_until([&] { return container->log_of("02CALL") == "lllll\n"; }));
  EXPECT_EQ(container->log_of("01CALL"), "lll\n");
  EXPECT_EQ(container->log_of("no such call"), "");
  EXPECT_EQ(container->log_of(""), "lll\nlllll\n");
}

TEST(HttpStream, AContainerThatDiesBetweenCallsIsLost) {
  EchoWorld world;
  const StartedPtr started = world.start_echo();
  ASSERT_TRUE(started->container);
  EXPECT_EQ(world.call(*started->container, "").code(), 200);
  EXPECT_FALSE(started->lost);
  constexpr std::uint64_t kProcess = 2;  // the first was the trial of the sandbox
  world.launcher->signal(kProcess, 9);
  EXPECT_TRUE(world.run_until([&] { return started->lost; }));
}

TEST(HttpStream, ContainersRunSideBySide) {
  EchoWorld world;
  std::vector<std::unique_ptr<Container>> containers;
  std::vector<CalledPtr> calls;
  for (int number = 0; number < 10; ++number) {
    containers.push_back(world.echo());
    RunRequest request = request_with(std::to_string(number));
    request.headers.emplace_back("Echo-Do", "sleep 100");
    calls.push_back(world.begin_call(*containers.back(), std::move(request)));
  }
  for (int number = 0; number < 10; ++number) {
    const CalledPtr& called = calls[static_cast<std::size_t>(number)];
    EXPECT_TRUE(world.run_until([&] { return called->outcome.has_value(); }));
    EXPECT_EQ(called->body, std::to_string(number));
  }
}

TEST(HttpStream, AFrozenContainerAnswersTheNextCall) {
  EchoWorld world;
  const auto container = world.echo();
  for (int round = 0; round < 3; ++round) {
    container->freeze();
    EXPECT_EQ(world.call(*container, "thawed").body, "thawed");
  }
  container->freeze();
}

}  // namespace
}  // namespace fn::services
