// SPDX-License-Identifier: Apache-2.0
//
// Goal: load balancers that lie, break rules or come in crowds get a defined answer and harm no
// other group.

#include <gtest/gtest.h>

#include "tests/services/npm/pool_world.h"

namespace fn::services {
namespace {

AllGroupSettings few_groups() {
  AllGroupSettings settings;
  settings.undeclared_groups = 2;
  settings.groups["declared"].apps = {"one"};
  settings.defaults.npm.merging.lease = std::chrono::minutes(5);
  settings.groups["declared"].npm.merging.lease = std::chrono::minutes(5);
  return settings;
}

grpc::Status send_broken(PoolWorld& world, const pool::v1::Advertisement& message) {
  TestLb lb(world.channel(), message.lb_id());
  lb.send(message);
  while (lb.send({})) {
    std::this_thread::yield();
  }
  return lb.end_advertising();
}

TEST(BadPeers, AGroupBeyondTheLimitIsRefusedByNameAndTheOthersAreServed) {
  PoolWorld world(few_groups(), {});
  TestLb lb(world.channel(), "lb-1");
  for (const char* group : {"a", "b", "c", "declared", "with blank"}) {
    lb.follow(group);
  }
  ASSERT_TRUE(wait_until([&] { return lb.group("with blank").messages > 0; }));
  EXPECT_TRUE(lb.group("a").refusal.empty());
  EXPECT_TRUE(lb.group("b").refusal.empty());
  EXPECT_NE(lb.group("c").refusal.find("undeclared_groups"), std::string::npos);
  EXPECT_TRUE(lb.group("declared").refusal.empty());
  EXPECT_EQ(lb.group("declared").apps, std::vector<std::string>{"one"});
  EXPECT_FALSE(lb.group("with blank").refusal.empty());
  // Claims for a refused group are passed over, those beside it count.
  lb.advertise("c", 100);
  lb.advertise("a", 100);
  EXPECT_TRUE(wait_until([&] { return world.demand("a").memory_mib == 100; }));
}

TEST(BadPeers, ABrokenMessageEndsItsStreamWithTheReason) {
  PoolWorld world(few_groups(), {});
  pool::v1::Advertisement columns;
  columns.set_lb_id("lb-1");
  columns.add_groups("a");
  columns.add_group(0);
  columns.add_memory_mib(1);
  columns.add_memory_mib(2);
  grpc::Status status = send_broken(world, columns);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("column"), std::string::npos);

  pool::v1::Advertisement unknown;
  unknown.set_lb_id("lb-1");
  unknown.add_group(3);
  status = send_broken(world, unknown);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("number"), std::string::npos);

  status = send_broken(world, {});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("lb_id"), std::string::npos);

  pool::v1::Advertisement crowd;
  crowd.set_lb_id("lb-1");
  for (int name = 0; name < 70'000; ++name) {
    crowd.add_groups(std::to_string(name));
  }
  EXPECT_EQ(send_broken(world, crowd).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(world.notes().has("warning: LB lb-1: advertisement: a column"));
}

TEST(BadPeers, ANewerStreamOfTheSameLbTakesOverAndItsFirstMessageIsWhole) {
  PoolWorld world(few_groups(), {});
  TestLb first(world.channel(), "lb-1");
  first.advertise("a", 100);
  first.advertise("b", 100);
  ASSERT_TRUE(wait_until([&] { return world.demand("b").memory_mib == 100; }));
  TestLb second(world.channel(), "lb-1");
  pool::v1::Advertisement message;
  message.set_sequence(100);
  message.add_groups("b");
  message.add_group(0);
  message.add_memory_mib(50);
  second.send(message);
  ASSERT_TRUE(wait_until([&] { return world.demand("b").memory_mib == 50; }));
  EXPECT_EQ(world.demand("a").memory_mib, 0);
  EXPECT_EQ(first.end_advertising().error_code(), grpc::StatusCode::ABORTED);
  // An older sequence is of before.
  TestLb third(world.channel(), "lb-1");
  message.set_sequence(99);
  message.set_memory_mib(0, 70);
  third.send(message);
  EXPECT_TRUE(wait_until([&] { return world.notes().has("old-sequence"); }));
  EXPECT_EQ(world.demand("b").memory_mib, 50);
}

TEST(BadPeers, AnEmptyMessageRenewsAllClaims) {
  AllGroupSettings settings = few_groups();
  settings.defaults.npm.merging.lease = std::chrono::seconds(2);
  PoolWorld world(settings, {});
  TestLb lb(world.channel(), "lb-1");
  lb.advertise("a", 100);
  TestLb silent(world.channel(), "lb-2");
  silent.advertise("a", 1000);
  ASSERT_TRUE(wait_until([&] { return world.demand("a").memory_mib == 1100; }));
  ASSERT_TRUE(wait_until([&] {
    lb.send({});
    return world.demand("a").memory_mib == 100;
  }));
  EXPECT_TRUE(world.notes().has("requirement-expired"));
}

TEST(BadPeers, AnUnderflowOfAnLbOf2018IsRefusedAndTheRestOfItsListCounts) {
  PoolWorld world(few_groups(), {});
  const auto scaler = NodePoolScaler::NewStub(world.channel());
  CapacitySnapshotList list;
  list.set_lb_id("an LB of 2018");
  CapacitySnapshot& lie = *list.add_snapshots();
  lie.mutable_group_id()->set_id("a");
  lie.set_mem_mb_total(~std::uint64_t{0});
  CapacitySnapshot& truth = *list.add_snapshots();
  truth.mutable_group_id()->set_id("b");
  truth.set_mem_mb_total(5);
  grpc::ClientContext context;
  google::protobuf::Empty nothing;
  EXPECT_TRUE(scaler->AdvertiseCapacity(&context, list, &nothing).ok());
  EXPECT_EQ(world.demand("b").memory_mib, 5);
  EXPECT_EQ(world.demand("a").memory_mib, 0);
  EXPECT_TRUE(world.notes().has("amounts or names that cannot be"));
}

TEST(BadPeers, NewSettingsAreTakenByGroupsThatAreThere) {
  PoolWorld world(few_groups(), {});
  TestLb lb(world.channel(), "lb-1");
  lb.follow("declared");
  lb.advertise("declared", 100);
  ASSERT_TRUE(wait_until([&] { return world.demand("declared").memory_mib == 100; }));
  AllGroupSettings settings = few_groups();
  settings.groups["declared"].apps = {"two"};
  settings.groups["new"] = {};
  EXPECT_TRUE(world.reconfigure(settings));
  EXPECT_TRUE(
      wait_until([&] { return lb.group("declared").apps == std::vector<std::string>{"two"}; }));
  EXPECT_EQ(world.demand("declared").memory_mib, 100);
  EXPECT_TRUE(world.notes().has("made new"));
  // Also a group at rest wants what it now should have.
  settings.groups["new"].npm.scaling.limits.min_runners = 1;
  EXPECT_TRUE(world.reconfigure(settings));
  EXPECT_TRUE(wait_until([&] { return world.counts("new").requested == 1; }));
}

TEST(BadPeers, AMethodThatIsNotOfferedIsUnimplemented) {
  PoolWorld world(few_groups(), {});
  const auto runner = pool::v1::LeasedRunner::NewStub(world.channel());
  grpc::ClientContext context;
  pool::v1::RunnerReport report;
  EXPECT_EQ(runner->Report(&context, {}, &report).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace fn::services
