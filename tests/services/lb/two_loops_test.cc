// SPDX-License-Identifier: Apache-2.0
//
// Goal: an LB's group and a runner on two threads, joined by Loop::post alone, keep to their
// threads: all calls end once, taken-back ones too. Meant for the thread sanitizer as much as for
// its results.

#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "services/base/loop.h"
#include "services/lb/lb_group.h"
#include "services/runner/runner_node.h"
#include "tests/support/node_port.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {
namespace {

constexpr std::size_t kCalls = 600;

// Calls are begun a few at a time, from within the ends of others; every fifth is taken back.
class TwoLoops {
 public:
  TwoLoops() {
    core::RunnerConfig runner;
    runner.group = core::GroupHandle{0};
    runner.memory = core::MemoryMib{1024};
    node_ = std::make_unique<RunnerNode>(runner_loop_, runner, *driver_, runner_observer_);
    port_ = std::make_unique<NodePort>(lb_loop_, runner_loop_, *node_);
    core::LbConfig lb;
    lb.group = core::GroupHandle{0};
    group_ = std::make_unique<LbGroup>(
        LbGroup::Parts{lb_loop_, *port_, budget_, {}, lb_observer_}, lb, core::Rng(1));
    const core::Member member{core::RunnerHandle{0}};
    group_->set_members({&member, 1});
    function_->setup.fn_id = "echo";
    function_->setup.image = "echo";
    function_->setup.timeout = std::chrono::seconds(30);
    function_->json = function_json(function_->setup);
    function_->slot = slot_hash(function_->json);
  }

  void run() {
    lb_loop_.post([this] {
      for (int call = 0; call < 20; ++call) {
        begin();
      }
    });
    std::thread runner([this] { runner_loop_.run(); });
    std::thread lb([this] { lb_loop_.run(); });
    lb.join();
    runner_loop_.stop();
    runner.join();
    group_.reset();
    node_->stop();
  }

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
      lb_loop_.post([this, number, ticket] {
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
    if (ended.size() == kCalls) {
      lb_loop_.stop();
    }
    lb_loop_.post([this] { begin(); });
  }

  Loop lb_loop_;
  Loop runner_loop_;
  QuietLb lb_observer_;
  QuietRunner runner_observer_;
  BodyBudget budget_{std::size_t{64} << 20};
  std::unique_ptr<ContainerDriver> driver_ = make_null_driver();
  std::unique_ptr<RunnerNode> node_;
  std::unique_ptr<NodePort> port_;
  std::unique_ptr<LbGroup> group_;
  std::shared_ptr<FunctionVersion> function_ = std::make_shared<FunctionVersion>();
  std::size_t begun_ = 0;
};

TEST(TwoLoops, EveryCallEndsOnceAndOnItsOwnThread) {
  TwoLoops loops;
  loops.run();
  EXPECT_EQ(loops.ended.size(), kCalls);
  EXPECT_EQ(loops.twice, 0U);
  EXPECT_EQ(loops.completed + loops.taken_back, kCalls);
  EXPECT_GE(loops.completed, kCalls * 4 / 5);
}

}  // namespace
}  // namespace fn::services
