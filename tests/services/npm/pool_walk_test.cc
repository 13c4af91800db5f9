// SPDX-License-Identifier: Apache-2.0
//
// Goal: from what a load balancer says over a real connection to runners that it is told of, and
// back: a group grows with its demand, a runner that leaves is drained and goes when idle, one that
// dies is replaced, and no runner is ever of two groups.

#include <atomic>

#include <gtest/gtest.h>

#include "proto/runner.grpc.pb.h"

#include "tests/services/npm/pool_world.h"

namespace fn::services {
namespace {

// A group that goes as fast as it comes.
AllGroupSettings quick() {
  AllGroupSettings settings;
  core::ScaleLimitsConfig& limits = settings.defaults.npm.scaling.limits;
  limits.down_window = core::Duration::zero();
  limits.last_runner_hold = core::Duration::zero();
  limits.cooldown_down = core::Duration::zero();
  limits.step_down_runners = 0;
  limits.step_down_percent = 0;
  settings.defaults.npm.scaling.planned_memory_mib = 1024;
  settings.defaults.npm.pool.orders.first_pause = std::chrono::milliseconds(100);
  settings.defaults.npm.pool.orders.longest_pause = std::chrono::milliseconds(200);
  settings.defaults.npm.merging.lease = std::chrono::minutes(5);
  return settings;
}

using Addresses = std::vector<std::string>;

// A runner of Fn knows nothing of leases and drains, only how many calls it holds.
class RunnerOfFn final : public RunnerProtocol::Service {
 public:
  RunnerOfFn() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  grpc::Status Status(grpc::ServerContext* /*context*/,
                      const google::protobuf::Empty* /*nothing*/,
                      RunnerStatus* status) override {
    status->set_active(active);
    return grpc::Status::OK;
  }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  std::atomic<int> active{0};

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(PoolWalk, DemandBringsARunnerAndItsSizeAndAnExplicitZeroTakesItBack) {
  TestRunner runner;
  PoolWorld world(quick(), {runner.address()});
  TestLb lb(world.channel(), "lb-1");
  lb.follow("my-app-pool");
  ASSERT_TRUE(wait_until([&] { return lb.group("my-app-pool").messages > 0; }));
  EXPECT_TRUE(lb.addresses("my-app-pool").empty());

  lb.advertise("my-app-pool", 128);
  ASSERT_TRUE(wait_until([&] { return !lb.addresses("my-app-pool").empty(); }));
  const TestLb::Group group = lb.group("my-app-pool");
  EXPECT_EQ(group.members[0].address(), runner.address());
  EXPECT_EQ(group.members[0].memory_mib(), 1024U);
  EXPECT_EQ(group.members[0].cpu_milli(), 4000U);
  EXPECT_GT(group.generation, 0U);
  EXPECT_TRUE(wait_until([&] { return runner.group() == "my-app-pool"; }));

  lb.advertise("my-app-pool", 0);
  ASSERT_TRUE(wait_until([&] { return lb.addresses("my-app-pool").empty(); }));
  EXPECT_EQ(lb.group("my-app-pool").drained, 1U);
  EXPECT_TRUE(wait_until([&] { return world.notes().has("removed idle"); }));
  EXPECT_TRUE(wait_until([&] { return runner.group().empty(); }));
}

TEST(PoolWalk, ARunnerGoesFromOneGroupToAnotherOnlyWhenItHoldsNoCall) {
  TestRunner runner;
  PoolWorld world(quick(), {runner.address()});
  TestLb lb(world.channel(), "lb-1");
  lb.follow("a");
  lb.follow("b");
  lb.advertise("a", 128);
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a").size() == 1; }));
  runner.hold_call();

  lb.advertise("b", 128);
  ASSERT_TRUE(wait_until([&] { return !lb.group("b").shortage.empty(); }));
  EXPECT_NE(lb.group("b").shortage.find("FN_RUNNER_ADDRESSES"), std::string::npos);
  lb.advertise("a", 0);
  ASSERT_TRUE(wait_until([&] { return runner.draining(); }));
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a").empty(); }));
  EXPECT_TRUE(lb.addresses("b").empty());
  EXPECT_EQ(world.counts("a").draining, 1U);

  runner.end_calls();
  ASSERT_TRUE(wait_until([&] { return lb.addresses("b").size() == 1; }));
  EXPECT_TRUE(wait_until([&] { return runner.group() == "b" && !runner.draining(); }));
  EXPECT_TRUE(wait_until([&] { return lb.group("b").shortage.empty(); }));
}

TEST(PoolWalk, ADrainingRunnerThatIsWantedAgainTakesCallsAgain) {
  TestRunner runner;
  PoolWorld world(quick(), {runner.address()});
  TestLb lb(world.channel(), "lb-1");
  lb.follow("a");
  lb.advertise("a", 128);
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a").size() == 1; }));
  runner.hold_call();
  lb.advertise("a", 0);
  ASSERT_TRUE(wait_until([&] { return runner.draining(); }));
  lb.advertise("a", 128);
  ASSERT_TRUE(wait_until([&] { return !runner.draining(); }));
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a").size() == 1; }));
  EXPECT_TRUE(world.notes().has("revived"));
}

TEST(PoolWalk, ARunnerThatDiesIsLostAndIsTheGroupsAgainWhenItComesBack) {
  auto first = std::make_unique<TestRunner>();
  PoolWorld world(quick(), {first->address(), "127.0.0.1:1"});
  TestLb lb(world.channel(), "lb-1");
  lb.follow("a");
  lb.advertise("a", 128);
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a") == Addresses{first->address()}; }));
  const int port = first->port();
  first.reset();
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a").empty(); }));
  EXPECT_EQ(lb.group("a").lost, 1U);
  // It was the only one that ever answered: as soon as it does again it is the group's.
  const TestRunner again(port);
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a") == Addresses{again.address()}; }));
}

TEST(PoolWalk, TheSeedsExampleOfTwoRunnersAndOneGroupIsStable) {
  TestRunner first;
  TestRunner second;
  PoolWorld world(quick(), {first.address(), second.address()});
  const auto scaler = NodePoolScaler::NewStub(world.channel());
  const auto manager = RunnerManager::NewStub(world.channel());
  LBGroupId id;
  id.set_id("my-app-pool");
  CapacitySnapshotList list;
  list.set_lb_id("an LB of 2018");
  CapacitySnapshot& snapshot = *list.add_snapshots();
  *snapshot.mutable_group_id() = id;
  snapshot.set_mem_mb_total(128);
  LBGroupMembership membership;
  ASSERT_TRUE(wait_until([&] {
    grpc::ClientContext advertise;
    google::protobuf::Empty nothing;
    EXPECT_TRUE(scaler->AdvertiseCapacity(&advertise, list, &nothing).ok());
    grpc::ClientContext get;
    EXPECT_TRUE(manager->GetLBGroup(&get, id, &membership).ok());
    return membership.runners_size() > 0;
  }));
  EXPECT_EQ(membership.group_id().id(), "my-app-pool");
  const std::string address = membership.runners(0).address();
  for (int round = 0; round < 200; ++round) {
    grpc::ClientContext advertise;
    google::protobuf::Empty nothing;
    EXPECT_TRUE(scaler->AdvertiseCapacity(&advertise, list, &nothing).ok());
    grpc::ClientContext get;
    EXPECT_TRUE(manager->GetLBGroup(&get, id, &membership).ok());
    ASSERT_EQ(membership.runners_size(), 1);
    EXPECT_EQ(membership.runners(0).address(), address);
  }
  EXPECT_EQ(world.notes().count("runner-changed"), 1U);
}

TEST(PoolWalk, ANewNodePoolManagerTakesOverTheRunnersThatTheOldOneHadLeased) {
  TestRunner first;
  TestRunner second;
  const std::vector<std::string> stock = {first.address(), second.address()};
  std::vector<std::string> before;
  {
    PoolWorld world(quick(), stock);
    TestLb lb(world.channel(), "lb-1");
    lb.follow("a");
    lb.advertise("a", 128);
    ASSERT_TRUE(wait_until([&] { return lb.addresses("a").size() == 1; }));
    before = lb.addresses("a");
    ASSERT_TRUE(wait_until([&] { return first.group() == "a" || second.group() == "a"; }));
  }
  AllGroupSettings settings = quick();
  settings.defaults.npm.scaling.limits.min_runners = 1;
  PoolWorld world(settings, stock);
  TestLb lb(world.channel(), "lb-1");
  lb.follow("a");
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a") == before; }));
  EXPECT_TRUE(world.notes().has("adopted"));
  lb.advertise("a", 128);
  ASSERT_TRUE(wait_until([&] { return world.demand("a").memory_mib == 128; }));
  EXPECT_EQ(world.counts("a").active, 1U);
  EXPECT_EQ(world.counts("a").booting + world.counts("a").requested, 0U);
}

TEST(PoolWalk, ARunnerOfFnIsLeasedWithoutASizeAndGoesWhenItHoldsNoCall) {
  RunnerOfFn runner;
  PoolWorld world(quick(), {runner.address()});
  TestLb lb(world.channel(), "lb-1");
  lb.follow("a");
  lb.advertise("a", 128);
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a") == Addresses{runner.address()}; }));
  EXPECT_EQ(lb.group("a").members[0].memory_mib(), 0U);
  runner.active = 1;
  lb.advertise("a", 0);
  ASSERT_TRUE(wait_until([&] { return world.counts("a").draining == 1; }));
  EXPECT_FALSE(world.notes().has("removed idle"));
  runner.active = 0;
  EXPECT_TRUE(wait_until([&] { return world.notes().has("removed idle"); }));
}

TEST(PoolWalk, ARunnerThatAllItsLbsRestIsReplacedAndDrained) {
  TestRunner first;
  TestRunner second;
  AllGroupSettings settings = quick();
  settings.defaults.npm.health.rest_before_replacement = std::chrono::milliseconds(50);
  PoolWorld world(settings, {first.address(), second.address()});
  TestLb lb(world.channel(), "lb-1");
  lb.follow("a");
  lb.advertise("a", 128);
  ASSERT_TRUE(wait_until([&] { return lb.addresses("a").size() == 1; }));
  const Addresses before = lb.addresses("a");
  lb.report("a", before[0], true);
  ASSERT_TRUE(
      wait_until([&] { return lb.addresses("a").size() == 1 && lb.addresses("a") != before; }));
  EXPECT_TRUE(world.notes().has("replaced"));
  EXPECT_EQ(lb.group("a").drained, 1U);
  EXPECT_EQ(lb.group("a").lost, 0U);
}

}  // namespace
}  // namespace fn::services
