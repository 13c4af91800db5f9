// SPDX-License-Identifier: Apache-2.0
//
// Goal: a function's calls go to the runners that the node pool manager names for its group, and to
// no others; a membership that changes keeps the runners that stay.

#include "services/lb/lb_pools.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/lb_pool_parts.h"

namespace fn::services {
namespace {

// Takes every offer and keeps it.
class KeptOffers final : public RunnerPort {
 public:
  std::unique_ptr<Attempt> offer(core::RunnerHandle runner,
                                 const EngageRequest& request,
                                 AttemptSink /*sink*/) override {
    offers.push_back(*request.call_id + " to " + std::to_string(runner.value));
    return std::make_unique<Attempt>();
  }

  void check(core::RunnerHandle /*runner*/, std::function<void()> /*alive*/) override {}

  std::vector<std::string> offers;
};

class LbPoolsTest : public testing::Test {
 protected:
  LbPoolsTest() {
    core::LbConfig config;
    config.advertise_every = std::chrono::milliseconds(5);
    pools = std::make_unique<LbPools>(LbPools::Parts{.loop = loop,
                                                     .port = port,
                                                     .runners = runners,
                                                     .budget = budget,
                                                     .body = {},
                                                     .config = config,
                                                     .seed = 1,
                                                     .observe = observe_nothing,
                                                     .groups_max = 3});
  }

  static FunctionVersion function_of(const std::string& group) {
    FunctionVersion function;
    function.group = group;
    function.setup.fn_id = "f";
    function.setup.timeout = std::chrono::seconds(30);
    function.json = function_json(function.setup);
    function.slot = slot_hash(function.json);
    return function;
  }

  void call(const std::string& id, const std::string& group) {
    CallRequest request;
    request.function = std::make_shared<FunctionVersion>(function_of(group));
    request.fields.id = id;
    request.body = whole_body("");
    LbPool* const pool = pools->of(*request.function);
    pool->group->begin(std::move(request), {});
  }

  static GroupPool pool_of(std::uint64_t generation, std::vector<PoolMember> members) {
    GroupPool pool;
    pool.generation = generation;
    pool.members = std::move(members);
    return pool;
  }

  Loop loop;
  KeptOffers port;
  NamedRunners runners;
  ToldPool npm;
  BodyBudget budget{std::size_t{1} << 20};
  std::unique_ptr<LbPools> pools;
};

TEST_F(LbPoolsTest, AGroupIsFollowedFromItsFirstCallOnAndItsCallsWaitForItsRunners) {
  pools->use(npm);
  call("a", "red");
  call("b", "blue");
  call("c", "red");
  EXPECT_EQ(npm.followed, (std::vector<std::string>{"red", "blue"}));
  EXPECT_TRUE(port.offers.empty());
  pools->changed("blue", pool_of(1, {{1, "host-1:9190", 0, 0}}));
  EXPECT_EQ(port.offers, std::vector<std::string>{"b to 0"});
  pools->changed("red", pool_of(1, {{7, "host-7:9190", 0, 0}}));
  EXPECT_EQ(port.offers, (std::vector<std::string>{"b to 0", "a to 1"}));
  EXPECT_EQ(runners.names, (std::vector<std::string>{"host-1:9190", "host-7:9190"}));
}

TEST_F(LbPoolsTest, ARunnerThatStaysKeepsItsConnectionAndOneThatLeavesLosesIt) {
  pools->use(npm);
  call("a", "red");
  pools->changed("red", pool_of(1, {{1, "one:1", 0, 0}, {2, "two:1", 0, 0}}));
  pools->changed("red", pool_of(2, {{2, "two:1", 512, 0}, {3, "three:1", 0, 0}}));
  EXPECT_EQ(runners.names, (std::vector<std::string>{"one:1", "two:1", "three:1"}));
  EXPECT_EQ(runners.removed, std::vector<std::string>{"one:1"});
  // The same number under another address is another runner.
  pools->changed("red", pool_of(3, {{2, "moved:1", 0, 0}}));
  EXPECT_EQ(runners.removed.size(), 3U);
  EXPECT_EQ(runners.names.back(), "moved:1");
}

TEST_F(LbPoolsTest, WhatAGroupNeedsIsClaimedUnderItsName) {
  pools->use(npm);
  loop.post([this] { call("a", "red"); });
  LoopTimer timer(loop);
  timer.set_after(std::chrono::milliseconds(50), [&] { loop.stop(); });
  loop.run();
  ASSERT_FALSE(npm.claims.empty());
  EXPECT_EQ(npm.claims.front(), "red 128");
  EXPECT_EQ(std::ranges::count(npm.claims, "red 128"), std::ssize(npm.claims));
}

TEST_F(LbPoolsTest, GroupsAreLimitedInNumber) {
  pools->use(npm);
  for (const char* const name : {"one", "two", "three"}) {
    EXPECT_NE(pools->of(function_of(name)), nullptr);
  }
  EXPECT_EQ(pools->of(function_of("four")), nullptr);
  EXPECT_NE(pools->of(function_of("two")), nullptr);
}

TEST_F(LbPoolsTest, AStaticPoolIsOneForAll) {
  pools->use_static({core::Member{core::RunnerHandle{4}}});
  call("a", "red");
  call("b", "blue");
  EXPECT_EQ(port.offers, (std::vector<std::string>{"a to 4", "b to 4"}));
}

TEST_F(LbPoolsTest, AWordOnAGroupThatNobodyCallsIsPassedOver) {
  pools->use(npm);
  pools->changed("green", pool_of(1, {{1, "one:1", 0, 0}}));
  EXPECT_TRUE(runners.names.empty());
  EXPECT_EQ(pools->calls(), 0U);
}

}  // namespace
}  // namespace fn::services
