// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever containers do, an offered call has one end that says why, nothing of a call is
// used after it was taken back, and a draining runner says once when it is idle. However many
// functions came and went, the node knows only those of late and those in use.

#include "services/runner/runner_node.h"

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "services/wire/function_registry.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {
namespace {

// Containers whose every word the test says.
class ScriptedDriver final : public ContainerDriver {
 public:
  struct Start {
    std::string image;
    StartSink sink;
    bool cancelled = false;
  };

  // What a container was asked for; outlives it.
  struct Made {
    std::deque<RunSink> runs;
    int stopped = 0;
    bool destroyed = false;
    std::string log = "log";
  };

  class ScriptedContainer final : public Container {
   public:
    explicit ScriptedContainer(std::shared_ptr<Made> made) : made_(std::move(made)) {}

    ~ScriptedContainer() override { made_->destroyed = true; }

    ScriptedContainer(const ScriptedContainer&) = delete;
    ScriptedContainer& operator=(const ScriptedContainer&) = delete;

    void run(RunRequest /*request*/, RunSink sink) override {
      made_->runs.push_back(std::move(sink));
    }

    // As the drivers do: the end comes from within.
    void stop_run() override {
      ++made_->stopped;
      made_->runs.back().ended(
          {core::CallOutcome::kFailed, false, {502, "the run was stopped", false}});
    }

    void freeze() override {}

    [[nodiscard]] std::string log_of(const std::string& /*call_id*/) const override {
      return made_->log;
    }

   private:
    std::shared_ptr<Made> made_;
  };

  std::uint64_t start(const FunctionSetup& setup, StartSink sink) override {
    starts.push_back({setup.image, std::move(sink)});
    if (fails_at_once) {
      starts.back().sink.failed({502, "no image " + setup.image, true});
    }
    return starts.size();
  }

  void cancel(std::uint64_t token) override { starts[token - 1].cancelled = true; }

  [[nodiscard]] std::string description() const override { return "scripted"; }

  std::shared_ptr<Made> bring_up(std::size_t start) {
    auto made = std::make_shared<Made>();
    starts[start].sink.started(std::make_unique<ScriptedContainer>(made));
    return made;
  }

  std::deque<Start> starts;
  bool fails_at_once = false;
};

// What the LB would be told.
class Told final : public OfferedCall {
 public:
  void accept() override { words += "accepted "; }

  void refuse(core::RefusalReason reason) override {
    words += reason == core::RefusalReason::kRunnerDraining ? "draining " : "refused ";
  }

  void answered(unsigned status, HttpHeaders /*headers*/, BodyPipePtr /*body*/) override {
    words += std::to_string(status) + " ";
  }

  void finished(const RunOutcome& outcome, core::Duration, core::Duration) override {
    words += outcome.outcome == core::CallOutcome::kCompleted ? "completed"
                                                              : "failed: " + outcome.error.message;
  }

  std::string words;
};

class RunnerNodeTest : public testing::Test {
 protected:
  RunnerNodeTest() {
    core::RunnerConfig config;
    config.group = core::GroupHandle{0};
    config.memory = core::MemoryMib{256};
    config.queue_when_full = true;
    node = std::make_unique<RunnerNode>(loop, config, driver, observer);
  }

  OfferTicket offer(const std::shared_ptr<Told>& told, const std::string& image = "image") {
    ParsedCall call;
    call.fields.id = "call";
    call.setup.image = image;
    call.setup.fn_id = image;
    call.setup.timeout = std::chrono::seconds(30);
    return node->offer(told, std::move(call), "", whole_body("body"));
  }

  void turn() {
    loop.post([this] { loop.stop(); });
    loop.run();
  }

  Loop loop;
  ScriptedDriver driver;
  QuietRunner observer;
  std::unique_ptr<RunnerNode> node;
  std::shared_ptr<Told> first = std::make_shared<Told>();
  std::shared_ptr<Told> second = std::make_shared<Told>();
};

TEST_F(RunnerNodeTest, ACallWaitsForItsContainerRunsAndEnds) {
  offer(first);
  EXPECT_EQ(first->words, "accepted ");
  const auto made = driver.bring_up(0);
  ASSERT_EQ(made->runs.size(), 1U);
  made->runs[0].answered(201, {}, whole_body("answer"));
  made->runs[0].ended({});
  EXPECT_EQ(first->words, "accepted 201 completed");
  offer(second);
  EXPECT_EQ(driver.starts.size(), 1U);
  EXPECT_EQ(made->runs.size(), 2U);
}

TEST_F(RunnerNodeTest, ACallWhoseContainerCannotStartIsToldWhy) {
  offer(first);
  driver.starts[0].sink.failed({502, "pull failed", true});
  EXPECT_EQ(first->words, "accepted failed: pull failed");
  EXPECT_EQ(node->counts().containers, 0U);
}

TEST_F(RunnerNodeTest, AStartThatFailsAtOnceIsNotCancelledLater) {
  driver.fails_at_once = true;
  offer(first);
  EXPECT_EQ(first->words, "accepted failed: no image image");
  node->stop();
  EXPECT_FALSE(driver.starts[0].cancelled);
}

TEST_F(RunnerNodeTest, TwoStartsThatFailTogetherAreEachToldTheirOwnReason) {
  // A run of 256 MiB ends: the two small ones behind it start in one step.
  const auto large = std::make_shared<Told>();
  ParsedCall call;
  call.setup.image = "large";
  call.setup.memory = core::MemoryMib{256};
  node->offer(large, std::move(call), "", whole_body(""));
  const auto made = driver.bring_up(0);
  offer(first, "one");
  offer(second, "two");
  driver.fails_at_once = true;
  made->runs[0].ended({core::CallOutcome::kFailed, false, {}});
  EXPECT_EQ(first->words, "accepted failed: no image one");
  EXPECT_EQ(second->words, "accepted failed: no image two");
}

TEST_F(RunnerNodeTest, AContainerThatIsLostWhileIdleIsReplacedByTheNextCall) {
  offer(first);
  const auto made = driver.bring_up(0);
  made->runs[0].ended({});
  driver.starts[0].sink.lost();
  turn();
  EXPECT_TRUE(made->destroyed);
  offer(second);
  EXPECT_EQ(driver.starts.size(), 2U);
}

TEST_F(RunnerNodeTest, ACallTakenBackWhileItsContainerStartsIsNotRun) {
  const OfferTicket ticket = offer(first);
  node->cancel(ticket);
  const auto made = driver.bring_up(0);
  EXPECT_TRUE(made->runs.empty());
  EXPECT_EQ(first->words, "accepted ");
  EXPECT_EQ(node->counts().held, 0U);
}

TEST_F(RunnerNodeTest, ACallTakenBackWhileItRunsIsStoppedAndNothingMoreIsSaidOfIt) {
  const OfferTicket ticket = offer(first);
  const auto made = driver.bring_up(0);
  node->cancel(ticket);
  node->cancel(ticket);
  turn();
  EXPECT_EQ(made->stopped, 1);
  EXPECT_TRUE(made->destroyed);
  made->runs[0].answered(200, {}, whole_body("late"));
  EXPECT_EQ(first->words, "accepted ");
}

TEST_F(RunnerNodeTest, ATicketOfAnEndedCallDoesNotTouchTheNextThatHasItsPlace) {
  const OfferTicket ticket = offer(first);
  const auto made = driver.bring_up(0);
  made->runs[0].ended({});
  offer(second);
  node->cancel(ticket);
  EXPECT_EQ(made->stopped, 0);
  made->runs[1].ended({});
  EXPECT_EQ(second->words, "accepted completed");
}

TEST_F(RunnerNodeTest, ADrainingRunnerRefusesAndSaysOnceThatItIsIdle) {
  offer(first);
  const auto made = driver.bring_up(0);
  int idle = 0;
  node->drain([&idle] { ++idle; });
  offer(second);
  EXPECT_EQ(second->words, "draining ");
  EXPECT_EQ(idle, 0);
  made->runs[0].ended({});
  EXPECT_EQ(idle, 1);
}

TEST_F(RunnerNodeTest, ACallsLogCanBeReadWhileItRunsAfterItAndWhenItsContainerIsGone) {
  EXPECT_FALSE(node->log_of("call").has_value());
  offer(first);
  const auto made = driver.bring_up(0);
  EXPECT_EQ(node->log_of("call"), "log");
  made->log = "log of a run";
  made->runs[0].ended({});
  EXPECT_EQ(node->log_of("call"), "log of a run");
  made->log = "log of a run and after it";
  EXPECT_EQ(node->log_of("call"), "log of a run and after it");
  driver.starts[0].sink.lost();
  turn();
  EXPECT_TRUE(made->destroyed);
  EXPECT_EQ(node->log_of("call"), "log of a run and after it");
}

TEST_F(RunnerNodeTest, ACallThatBrokeItsContainerLeavesItsLog) {
  offer(first);
  driver.bring_up(0)->runs[0].ended({core::CallOutcome::kFailed, false, {}});
  turn();
  EXPECT_EQ(node->log_of("call"), "log");
}

TEST_F(RunnerNodeTest, AStartThatFailedLeavesWhatItWroteAsTheLogOfItsCall) {
  offer(first);
  driver.starts[0].sink.failed({502, "pull failed", true, "no such library"});
  EXPECT_EQ(node->log_of("call"), "no such library");
}

TEST_F(RunnerNodeTest, StoppingRemovesContainersThatRunAndForgetsThoseThatStart) {
  offer(first, "one");
  const auto made = driver.bring_up(0);
  offer(second, "two");
  node->stop();
  EXPECT_TRUE(made->destroyed);
  EXPECT_TRUE(driver.starts[1].cancelled);
}

TEST_F(RunnerNodeTest, AContainerThatComesUpAfterTheStopIsRemoved) {
  offer(first);
  node->stop();
  const auto made = driver.bring_up(0);
  turn();
  EXPECT_TRUE(made->destroyed);
}

TEST_F(RunnerNodeTest, AHundredThousandFunctionsOneAfterTheOtherLeaveRoomForThoseOfLateOnly) {
  constexpr int kBatch = 200;
  const auto run = [this](const std::string& image) {
    driver.starts.clear();
    const auto told = std::make_shared<Told>();
    offer(told, image);
    ASSERT_EQ(driver.starts.size(), 1U);
    EXPECT_EQ(driver.starts[0].image, image);
    driver.bring_up(0)->runs[0].ended({});
    EXPECT_EQ(told->words, "accepted completed");
  };
  for (int function = 1; function <= 100'000; ++function) {
    run("image-" + std::to_string(function));
    if (function % kBatch == 0) {
      turn();
    }
  }
  EXPECT_LE(node->counts().functions, FunctionRegistry::kUnusedMax + kBatch + 2);
  run("image-1");
  EXPECT_EQ(node->counts().containers, 2U);
}

TEST_F(RunnerNodeTest, AFunctionIsKnownAsLongAsItHasAContainerOrACall) {
  offer(first, "idle");
  const auto idle = driver.bring_up(0);
  idle->runs[0].ended({});
  offer(second, "starts");
  StartSink starting = std::move(driver.starts[1].sink);
  driver.fails_at_once = true;
  const auto failing = std::make_shared<Told>();
  for (std::size_t other = 0; other < FunctionRegistry::kUnusedMax + 100; ++other) {
    driver.starts.clear();
    ParsedCall call;
    call.setup.fn_id = std::to_string(other);
    call.setup.memory = core::MemoryMib{0};
    node->offer(failing, std::move(call), "", whole_body(""));
    ASSERT_EQ(driver.starts.size(), 1U);
  }
  turn();
  ASSERT_LT(node->counts().functions, FunctionRegistry::kUnusedMax + 103);
  const auto made = std::make_shared<ScriptedDriver::Made>();
  starting.started(std::make_unique<ScriptedDriver::ScriptedContainer>(made));
  ASSERT_EQ(made->runs.size(), 1U);
  made->runs[0].ended({});
  EXPECT_EQ(second->words, "accepted completed");
  offer(first, "idle");
  EXPECT_EQ(idle->runs.size(), 2U);
}

}  // namespace
}  // namespace fn::services
