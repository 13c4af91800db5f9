// SPDX-License-Identifier: Apache-2.0
//
// Goal: a call goes from an LB's group through a real Engage stream to a runner and back, with its
// body and answer whole, and every way to end has one answer.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "services/base/loop.h"
#include "services/lb/lb_group.h"
#include "services/lb/runner_links.h"
#include "services/runner/engage_service.h"
#include "services/runner/runner_node.h"
#include "services/wire/credentials.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {
namespace {

// Containers that are never up: their calls are taken and wait.
class SlowDriver final : public ContainerDriver {
 public:
  std::uint64_t start(const FunctionSetup& /*setup*/, StartSink /*sink*/) override { return 1; }

  void cancel(std::uint64_t /*token*/) override {}

  [[nodiscard]] std::string description() const override { return "slow"; }
};

// A runner on a thread of its own, with functions that echo unless another driver is given.
class RunnerHost {
 public:
  explicit RunnerHost(core::RunnerConfig config,
                      std::unique_ptr<ContainerDriver> driver = make_null_driver())
      : driver_(std::move(driver)) {
    config.group = core::GroupHandle{0};
    node_ = std::make_unique<RunnerNode>(loop_, config, *driver_, observer_);
    service_ = std::make_unique<EngageService>(loop_, *node_);
    port_ = service_->start("127.0.0.1:0", *server_credentials({})).value();
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~RunnerHost() {
    loop_.stop();
    thread_.join();
    service_->close();
    node_->stop();
  }

  RunnerHost(const RunnerHost&) = delete;
  RunnerHost& operator=(const RunnerHost&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  Loop loop_;
  QuietRunner observer_;
  std::unique_ptr<ContainerDriver> driver_;
  std::unique_ptr<RunnerNode> node_;
  std::unique_ptr<EngageService> service_;
  int port_ = 0;
  std::thread thread_;
};

FunctionVersionPtr echo_function(std::int64_t memory_mib = 128) {
  auto function = std::make_shared<FunctionVersion>();
  function->setup.app_id = "app";
  function->setup.fn_id = "echo";
  function->setup.image = "echo";
  function->setup.memory = core::MemoryMib{memory_mib};
  function->setup.timeout = std::chrono::seconds(30);
  function->json = function_json(function->setup);
  function->slot = slot_hash(function->json);
  return function;
}

// An LB's group on the test's own thread.
class LbHost {
 public:
  explicit LbHost(const std::vector<std::string>& runners, core::LbConfig config = {}) {
    config.group = core::GroupHandle{0};
    group_ = std::make_unique<LbGroup>(
        LbGroup::Parts{loop, *links_, budget_, {}, observer_}, config, core::Rng(1));
    std::vector<core::Member> members;
    members.reserve(runners.size());
    for (const std::string& runner : runners) {
      members.push_back({links_->add(runner)});
    }
    group_->set_members(members);
  }

  ~LbHost() {
    group_.reset();
    links_->close();
  }

  LbHost(const LbHost&) = delete;
  LbHost& operator=(const LbHost&) = delete;

  // Begins the call; the loop ends once all calls have.
  void call(const FunctionVersionPtr& function, std::string body) {
    CallRequest request;
    request.function = function;
    request.fields.id = "call-" + std::to_string(++begun_);
    request.fields.method = "POST";
    request.fields.headers = {{"Content-Type", "text/plain"}};
    request.body = whole_body(std::move(body));
    CallSink sink;
    sink.accepted = [this] {
      ++accepted;
      if (when_accepted) {
        when_accepted();
      }
    };
    sink.answered = [this](unsigned status, const HttpHeaders& headers, const BodyPipePtr& answer) {
      EXPECT_EQ(status, 200U);
      EXPECT_EQ(find_header(headers, "Content-Type"), "text/plain");
      read_whole(answer, std::size_t{64} << 20, [this](const core::Result<std::string>& whole) {
        bodies.push_back(whole.value_or("broken"));
      });
    };
    sink.ended = [this](const CallEnd& end) {
      ends.push_back(end);
      if (ends.size() == begun_) {
        loop.stop();
      }
    };
    group_->begin(std::move(request), std::move(sink));
  }

  Loop loop;
  std::vector<std::string> bodies;
  std::vector<CallEnd> ends;
  int accepted = 0;
  std::function<void()> when_accepted;

 private:
  QuietLb observer_;
  BodyBudget budget_{std::size_t{64} << 20};
  std::unique_ptr<RunnerLinks> links_ =
      std::make_unique<RunnerLinks>(loop, *channel_credentials({}));
  std::unique_ptr<LbGroup> group_;
  std::size_t begun_ = 0;
};

TEST(LbAndRunner, ACallComesBackWithItsBody) {
  const RunnerHost runner({});
  LbHost lb({runner.address()});
  lb.call(echo_function(), "hello");
  lb.loop.run();
  EXPECT_EQ(lb.bodies, std::vector<std::string>{"hello"});
  ASSERT_EQ(lb.ends.size(), 1U);
  EXPECT_EQ(lb.ends[0].outcome, core::CallOutcome::kCompleted);
}

TEST(LbAndRunner, AnEmptyBodyAndALargeOneComeBackWhole) {
  const RunnerHost runner({});
  LbHost lb({runner.address()});
  std::string large(std::size_t{5} << 20, 'x');
  large.back() = '!';
  lb.call(echo_function(), "");
  lb.call(echo_function(), large);
  lb.loop.run();
  ASSERT_EQ(lb.bodies.size(), 2U);
  EXPECT_EQ(lb.bodies[0], "");
  EXPECT_EQ(lb.bodies[1].size(), large.size());
  EXPECT_TRUE(lb.bodies[1] == large);
}

TEST(LbAndRunner, ManyCallsAtOnceAreAllAnsweredOnceByTwoRunners) {
  const RunnerHost first({});
  const RunnerHost second({});
  LbHost lb({first.address(), second.address()});
  const FunctionVersionPtr function = echo_function(64);
  for (int call = 0; call < 100; ++call) {
    lb.call(function, "body");
  }
  lb.loop.run();
  EXPECT_EQ(lb.bodies.size(), 100U);
  for (const CallEnd& end : lb.ends) {
    EXPECT_EQ(end.outcome, core::CallOutcome::kCompleted);
  }
}

TEST(LbAndRunner, ARunnerSaysThatItTookACallBeforeItHasAnAnswer) {
  const RunnerHost runner({}, std::make_unique<SlowDriver>());
  LbHost lb({runner.address()});
  lb.when_accepted = [&lb] {
    lb.loop.stop();
  };
  LoopTimer guard(lb.loop);
  guard.set_after(std::chrono::seconds(20), [&lb] { lb.loop.stop(); });
  lb.call(echo_function(), "hello");
  lb.loop.run();
  EXPECT_EQ(lb.accepted, 1);
  EXPECT_TRUE(lb.ends.empty());
}

TEST(LbAndRunner, ACallThatNoRunnerCanHoldIsRefusedAsTooLarge) {
  core::RunnerConfig small;
  small.memory = core::MemoryMib{256};
  const RunnerHost runner(small);
  LbHost lb({runner.address()});
  lb.call(echo_function(1024), "body");
  lb.loop.run();
  EXPECT_EQ(lb.ends[0].outcome, core::CallOutcome::kRefused);
  EXPECT_EQ(lb.ends[0].reason, core::RefusalReason::kTooLarge);
}

TEST(LbAndRunner, ACallThatNoneOfSeveralRunnersCanHoldDoesNotKeepOthersWaiting) {
  core::RunnerConfig small;
  small.memory = core::MemoryMib{256};
  const RunnerHost first(small);
  const RunnerHost second(small);
  LbHost lb({first.address(), second.address()});
  lb.call(echo_function(1024), "large");
  lb.call(echo_function(), "small");
  lb.loop.run();
  ASSERT_EQ(lb.ends.size(), 2U);
  EXPECT_EQ(lb.bodies, std::vector<std::string>{"small"});
  const bool first_is_refused = lb.ends[0].outcome == core::CallOutcome::kRefused;
  const CallEnd& refused = lb.ends[first_is_refused ? 0 : 1];
  EXPECT_EQ(refused.outcome, core::CallOutcome::kRefused);
  EXPECT_EQ(refused.reason, core::RefusalReason::kTooLarge);
}

TEST(LbAndRunner, ACallToARunnerThatIsNotThereEndsWhenItsTimeIsOver) {
  core::LbConfig config;
  config.placement_timeout = std::chrono::milliseconds(300);
  LbHost lb({"127.0.0.1:1"}, config);
  lb.call(echo_function(), "body");
  lb.loop.run();
  EXPECT_EQ(lb.ends[0].outcome, core::CallOutcome::kTimedOut);
}

}  // namespace
}  // namespace fn::services
