// SPDX-License-Identifier: Apache-2.0
//
// Goal: two shards of a load balancer and a runner on three threads, joined by Loop::post alone,
// keep to their threads: all calls end once, taken-back ones too. Shards share what a process has
// one of: a function's version, metrics. Meant for the thread sanitizer as much as for its results.

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "services/base/loop.h"
#include "services/base/metrics.h"
#include "services/lb/lb_group.h"
#include "services/runner/runner_node.h"
#include "tests/support/node_port.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {
namespace {

constexpr std::size_t kCalls = 600;

struct RunnerSide {
  RunnerSide() {
    core::RunnerConfig config;
    config.group = core::GroupHandle{0};
    config.memory = core::MemoryMib{1024};
    node = std::make_unique<RunnerNode>(loop, config, *driver, observer);
  }

  Loop loop;
  QuietRunner observer;
  std::unique_ptr<ContainerDriver> driver = make_null_driver();
  std::unique_ptr<RunnerNode> node;
};

FunctionVersionPtr echo() {
  auto function = std::make_shared<FunctionVersion>();
  function->setup.fn_id = "echo";
  function->setup.image = "echo";
  function->setup.timeout = std::chrono::seconds(30);
  function->json = function_json(function->setup);
  function->slot = slot_hash(function->json);
  return function;
}

// Calls are begun a few at a time, from within the ends of others; every fifth is taken back.
class Shard {
 public:
  Shard(RunnerSide& runner, FunctionVersionPtr function, Counter& ends)
      : function_(std::move(function)), ends_(ends), port_(loop, runner.loop, *runner.node) {
    core::LbConfig lb;
    lb.group = core::GroupHandle{0};
    group_ = std::make_unique<LbGroup>(
        LbGroup::Parts{loop, port_, budget_, {}, observer_}, lb, core::Rng(1));
    const core::Member member{core::RunnerHandle{0}};
    group_->set_members({&member, 1});
    loop.post([this] {
      for (int call = 0; call < 20; ++call) {
        begin();
      }
    });
  }

  Loop loop;
  std::set<std::size_t> ended;
  std::size_t twice = 0;
  std::size_t completed = 0;
  std::size_t taken_back = 0;

 private:
  void begin() {
    if (begun_ == kCalls) {
      return;
    }
    const std::size_t number = begun_++;
    CallRequest request;
    request.function = function_;
    request.fields.id = "call-" + std::to_string(number);
    request.body = whole_body("body");
    CallSink sink;
    sink.ended = [this, number](const CallEnd& end) {
      completed += end.outcome == core::CallOutcome::kCompleted ? 1U : 0U;
      note(number);
    };
    const CallTicket ticket = group_->begin(std::move(request), std::move(sink));
    if (number % 5 == 0) {
      loop.post([this, number, ticket] {
        if (!ended.contains(number)) {
          group_->cancel(ticket);
          ++taken_back;
          note(number);
        }
      });
    }
  }

  void note(std::size_t number) {
    twice += ended.insert(number).second ? 0U : 1U;
    ends_.add();
    if (ended.size() == kCalls) {
      loop.stop();
    }
    loop.post([this] { begin(); });
  }

  FunctionVersionPtr function_;
  Counter& ends_;
  QuietLb observer_;
  BodyBudget budget_{std::size_t{64} << 20};
  NodePort port_;
  std::unique_ptr<LbGroup> group_;
  std::size_t begun_ = 0;
};

TEST(Shards, EveryCallEndsOnceAndOnItsOwnThread) {
  RunnerSide runner;
  Counter ends;
  const FunctionVersionPtr function = echo();
  Shard first(runner, function, ends);
  Shard second(runner, function, ends);
  std::thread runner_thread([&] { runner.loop.run(); });
  std::thread first_thread([&] { first.loop.run(); });
  std::thread second_thread([&] { second.loop.run(); });
  first_thread.join();
  second_thread.join();
  runner.loop.stop();
  runner_thread.join();
  for (const Shard* const shard : {&first, &second}) {
    EXPECT_EQ(shard->ended.size(), kCalls);
    EXPECT_EQ(shard->twice, 0U);
    EXPECT_EQ(shard->completed + shard->taken_back, kCalls);
    EXPECT_GE(shard->completed, kCalls * 4 / 5);
  }
  EXPECT_EQ(ends.value(), 2 * kCalls);
  runner.node->stop();
}

}  // namespace
}  // namespace fn::services
