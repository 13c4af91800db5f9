// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever runners say, a call of a group has one end, the right one; a refused call starts
// over with the same body; a call that its caller has left is taken back and not spoken of again.
// However many functions came and went, the group knows only those of late and those in use.

#include "services/lb/lb_group.h"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "services/wire/function_registry.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;

// Runners whose every word the test says.
class ScriptedPort final : public RunnerPort {
 public:
  struct Offer {
    core::RunnerHandle runner;
    std::shared_ptr<CallBody> body;
    AttemptSink sink;
    std::shared_ptr<bool> taken_back = std::make_shared<bool>(false);
  };

  std::unique_ptr<Attempt> offer(core::RunnerHandle runner,
                                 const EngageRequest& request,
                                 AttemptSink sink) override {
    offers.push_back({runner, request.body, std::move(sink)});
    return std::make_unique<Scripted>(offers.back().taken_back);
  }

  void check(core::RunnerHandle /*runner*/, std::function<void()> alive) override {
    checks.push_back(std::move(alive));
  }

  std::deque<Offer> offers;
  std::vector<std::function<void()>> checks;

 private:
  class Scripted final : public Attempt {
   public:
    explicit Scripted(std::shared_ptr<bool> taken_back) : taken_back_(std::move(taken_back)) {}

    ~Scripted() override { *taken_back_ = true; }

    Scripted(const Scripted&) = delete;
    Scripted& operator=(const Scripted&) = delete;

   private:
    std::shared_ptr<bool> taken_back_;
  };
};

AttemptEnd refused(core::RefusalReason reason = core::RefusalReason::kRunnerFull) {
  AttemptEnd end;
  end.kind = AttemptEnd::Kind::kRefused;
  end.reason = reason;
  return end;
}

AttemptEnd finished(bool success, int code = 0) {
  AttemptEnd end;
  end.kind = AttemptEnd::Kind::kFinished;
  end.success = success;
  end.code = code;
  return end;
}

class LbGroupTest : public testing::Test {
 protected:
  void open(int runners, core::LbConfig config = {}, CallBodyLimits limits = {}) {
    config.group = core::GroupHandle{0};
    group = std::make_unique<LbGroup>(
        LbGroup::Parts{loop, port, budget, limits, observer, run_slack}, config, core::Rng(1));
    std::vector<core::Member> members;
    members.reserve(static_cast<std::size_t>(runners));
    for (int runner = 0; runner < runners; ++runner) {
      members.push_back({core::RunnerHandle{static_cast<std::uint32_t>(runner)}});
    }
    group->set_members(members);
  }

  CallTicket begin(BodyPipePtr body, const std::string& fn_id = "f") {
    auto function = std::make_shared<FunctionVersion>();
    function->setup.fn_id = fn_id;
    function->setup.timeout = timeout;
    function->json = function_json(function->setup);
    function->slot = slot_hash(function->json);
    CallRequest request;
    request.function = function;
    request.fields.id = "call";
    request.body = std::move(body);
    CallSink sink;
    sink.accepted = [this] {
      ++accepted;
      if (when_accepted) {
        when_accepted();
      }
    };
    sink.answered = [this](unsigned status, const HttpHeaders&, const BodyPipePtr&) {
      statuses.push_back(status);
    };
    sink.ended = [this](const CallEnd& end) {
      ends.push_back(end);
      loop.stop();
    };
    return group->begin(std::move(request), std::move(sink));
  }

  // What an attempt reads of its body, which must be here.
  static std::string read(ScriptedPort::Offer& offer) {
    std::string got = "nothing yet";
    offer.body->read([&got](const BodyPipe::Chunk& chunk) {
      got = chunk ? chunk->value_or("the end") : chunk.error().message;
    });
    return got;
  }

  // One batch.
  void turn() {
    loop.post([this] { loop.post([this] { loop.stop(); }); });
    loop.run();
  }

  Loop loop;
  ScriptedPort port;
  QuietLb observer;
  BodyBudget budget{std::size_t{1} << 20};
  std::unique_ptr<LbGroup> group;
  std::vector<CallEnd> ends;
  std::vector<unsigned> statuses;
  std::function<void()> when_accepted;
  core::Duration run_slack = std::chrono::minutes(10);
  core::Duration timeout = std::chrono::seconds(30);
  int accepted = 0;
};

TEST_F(LbGroupTest, ARefusedCallGoesToAnotherRunnerWithTheSameBodyFromItsFirstByte) {
  open(2);
  begin(whole_body("all of it"));
  ASSERT_EQ(port.offers.size(), 1U);
  EXPECT_EQ(read(port.offers[0]), "all of it");
  port.offers[0].sink.ended(refused());
  ASSERT_EQ(port.offers.size(), 2U);
  EXPECT_NE(port.offers[0].runner, port.offers[1].runner);
  EXPECT_EQ(read(port.offers[1]), "all of it");
  EXPECT_EQ(read(port.offers[1]), "the end");
  port.offers[1].sink.accepted();
  port.offers[1].sink.ended(finished(true));
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outcome, core::CallOutcome::kCompleted);
  EXPECT_EQ(accepted, 1);
}

TEST_F(LbGroupTest, ARunnerThatBreaksBeforeItAcceptsCostsTheCallNothing) {
  open(2);
  begin(whole_body("body"));
  port.offers[0].sink.ended(AttemptEnd{});
  ASSERT_EQ(port.offers.size(), 2U);
  EXPECT_TRUE(ends.empty());
  EXPECT_EQ(read(port.offers[1]), "body");
}

TEST_F(LbGroupTest, ARunnerThatIsLostWhileItRunsTheCallEndsItAsLostAndItIsNotRunTwice) {
  open(2);
  begin(whole_body("body"));
  port.offers[0].sink.accepted();
  port.offers[0].sink.ended(AttemptEnd{});
  EXPECT_EQ(port.offers.size(), 1U);
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outcome, core::CallOutcome::kFailed);
  EXPECT_EQ(ends[0].reason, core::RefusalReason::kRunnerBroken);
}

TEST_F(LbGroupTest, ARunnerThatTakesACallAndNeverEndsItHasLostIt) {
  run_slack = 20ms;
  timeout = 10ms;
  open(1);
  begin(whole_body("body"));
  port.offers[0].sink.accepted();
  loop.run();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].reason, core::RefusalReason::kRunnerBroken);
  turn();
  EXPECT_TRUE(*port.offers[0].taken_back);
}

TEST_F(LbGroupTest, AFailureWithoutAStatusIsTheRunnersErrorAndNotAFullRunner) {
  open(1);
  begin(whole_body("body"));
  port.offers[0].sink.accepted();
  port.offers[0].sink.ended(finished(false, 0));
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].code, 500);
}

TEST_F(LbGroupTest, ARefusalAfterTheLimitOfTheBodyEndsTheCallBecauseItsBodyIsGone) {
  open(2, {}, {.replay_bytes = 4, .full_pause = 1ms});
  const auto body = std::make_shared<BodyPipe>();
  body->write("12345678");
  begin(body);
  EXPECT_EQ(read(port.offers[0]), "12345678");
  when_accepted = [this] {
    loop.stop();
  };
  port.offers[0].body->read([](const BodyPipe::Chunk&) {});
  loop.run();
  EXPECT_EQ(accepted, 1);
  port.offers[0].sink.ended(refused());
  EXPECT_EQ(port.offers.size(), 1U);
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_TRUE(ends[0].body_gone);
}

TEST_F(LbGroupTest, AnAnswerThatComesTwiceIsGivenOnce) {
  open(1);
  begin(whole_body("body"));
  const AttemptSink sink = port.offers[0].sink;
  sink.accepted();
  sink.accepted();
  sink.answered(200, {}, whole_body("a"));
  sink.answered(500, {}, whole_body("b"));
  sink.ended(finished(true));
  sink.ended(finished(false, 500));
  sink.accepted();
  EXPECT_EQ(statuses, std::vector<unsigned>{200});
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(ends.size(), 1U);
  EXPECT_EQ(group->calls(), 0U);
}

TEST_F(LbGroupTest, WhatAnAttemptSaysAfterTheNextHasBegunIsPassedOver) {
  open(2);
  begin(whole_body("body"));
  port.offers[0].sink.ended(refused());
  port.offers[0].sink.accepted();
  port.offers[0].sink.ended(finished(true));
  EXPECT_TRUE(ends.empty());
  EXPECT_EQ(accepted, 0);
  port.offers[1].sink.accepted();
  EXPECT_EQ(accepted, 1);
}

TEST_F(LbGroupTest, ACallerThatLeavesTakesTheOfferBackAndHearsNoMore) {
  open(1);
  const CallTicket offered = begin(whole_body("body"));
  group->cancel(offered);
  turn();
  EXPECT_TRUE(*port.offers[0].taken_back);
  const CallTicket running = begin(whole_body("body"));
  port.offers[1].sink.accepted();
  group->cancel(running);
  group->cancel(running);
  turn();
  EXPECT_TRUE(*port.offers[1].taken_back);
  port.offers[1].sink.ended(finished(true));
  EXPECT_TRUE(ends.empty());
  EXPECT_EQ(group->calls(), 0U);
}

TEST_F(LbGroupTest, ACallerThatLeavesWhileItsCallWaitsIsForgotten) {
  open(0);
  const CallTicket waiting = begin(whole_body("body"));
  EXPECT_EQ(group->waiting(), 1U);
  group->cancel(waiting);
  EXPECT_EQ(group->waiting(), 0U);
  EXPECT_EQ(group->calls(), 0U);
  EXPECT_TRUE(ends.empty());
}

TEST_F(LbGroupTest, ACallerMayLeaveFromWithinTheWordThatItsCallIsAccepted) {
  open(1);
  const CallTicket ticket = begin(whole_body("body"));
  when_accepted = [this, ticket] {
    group->cancel(ticket);
  };
  port.offers[0].sink.accepted();
  turn();
  EXPECT_EQ(accepted, 1);
  EXPECT_TRUE(*port.offers[0].taken_back);
  EXPECT_EQ(group->calls(), 0U);
}

TEST_F(LbGroupTest, ACallWithoutRunnersEndsWhenItsTimeIsOver) {
  core::LbConfig config;
  config.placement_timeout = 20ms;
  open(0, config);
  loop.post([this] { begin(whole_body("body")); });
  loop.run();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outcome, core::CallOutcome::kTimedOut);
}

TEST_F(LbGroupTest, ASilentRunnerIsAskedAndItsAnswerAfterTheGroupsEndIsPassedOver) {
  core::LbConfig config;
  config.health.silence = 5ms;
  open(2, config);
  begin(whole_body("body"));
  LoopTimer look(loop);
  const std::function<void()> wait = [&] {
    port.checks.empty() ? look.set_after(1ms, wait) : loop.stop();
  };
  wait();
  loop.run();
  ASSERT_FALSE(port.checks.empty());
  group.reset();
  port.checks[0]();
  port.offers[0].sink = {};
}

TEST_F(LbGroupTest, ItsEndTakesEveryCallBackAndLetsItsBodyGo) {
  open(1);
  const auto body = std::make_shared<BodyPipe>();
  begin(body);
  port.offers[0].body->read([](const BodyPipe::Chunk&) { FAIL() << "the call is gone"; });
  group.reset();
  EXPECT_TRUE(*port.offers[0].taken_back);
  EXPECT_TRUE(body->abandoned());
  body->write("late");
}

TEST_F(LbGroupTest, AHundredThousandFunctionsOneAfterTheOtherLeaveRoomForThoseOfLateOnly) {
  constexpr int kBatch = 200;
  core::LbConfig config;
  config.placer = "ch";
  open(16, config);
  begin(whole_body("body"), "the first, which goes on");
  const AttemptSink first = port.offers[0].sink;
  first.accepted();
  // Says where it went.
  const auto call = [this](int function) {
    port.offers.clear();
    begin(whole_body("body"), std::to_string(function));
    port.offers.at(0).sink.accepted();
    port.offers[0].sink.ended(finished(true));
    return port.offers[0].runner;
  };
  std::vector<core::RunnerHandle> homes;
  while (homes.size() < 100'000) {
    loop.post([&] {
      for (int calls = 0; calls < kBatch; ++calls) {
        homes.push_back(call(static_cast<int>(homes.size())));
      }
    });
    loop.run();  // one batch: each end stops the loop
  }
  EXPECT_LE(group->functions(), FunctionRegistry::kUnusedMax + kBatch + 1);
  // Those that come back find their runners.
  for (int function = 0; function < 100; ++function) {
    EXPECT_EQ(call(function), homes[static_cast<std::size_t>(function)]);
  }
  first.ended(finished(true));
  ASSERT_EQ(ends.size(), 100'101U);
  EXPECT_EQ(ends.back().outcome, core::CallOutcome::kCompleted);
  EXPECT_EQ(group->calls(), 0U);
}

}  // namespace
}  // namespace fn::services
