// SPDX-License-Identifier: Apache-2.0
//
// Goal: our messages between load balancers and node pool managers are Fn's of 2018, byte for byte,
// and those of our own protocol keep their numbers. The vectors were made by hand from the tables
// of numbers and types: tag = number * 8 + wire type (0 varint, 2 length-delimited).

#include <cstddef>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "proto/pool.pb.h"
#include "proto/poolmanager.pb.h"

#include "tests/support/wire_bytes.h"

namespace fn::services {
namespace {

TEST(PoolManagerProto, Group) {
  LBGroupId group;
  group.set_id("my-app-pool");
  expect_bytes(group, bytes("\x0a\x0bmy-app-pool"));
}

TEST(PoolManagerProto, Membership) {
  LBGroupMembership membership;
  membership.mutable_group_id()->set_id("g");
  membership.add_runners()->set_address("r1:9190");
  membership.add_runners()->set_client_key("k");
  expect_bytes(membership,
               bytes("\x0a\x03\x0a\x01g"
                     "\x12\x09\x0a\x07r1:9190"
                     "\x12\x03\x12\x01k"));
}

TEST(PoolManagerProto, SnapshotsOfTwoGroups) {
  CapacitySnapshotList list;
  list.mutable_ts()->set_seconds(5);
  list.mutable_ts()->set_nanos(300);
  list.set_lb_id("L");
  CapacitySnapshot& first = *list.add_snapshots();
  first.mutable_group_id()->set_id("g");
  first.set_mem_mb_total(128);
  list.add_snapshots()->mutable_group_id()->set_id("h");
  // 128 = 0x80 0x01; 300 = 0xac 0x02; an explicit zero is no field.
  expect_bytes(list,
               bytes("\x0a\x05\x08\x05\x10\xac\x02"
                     "\x12\x01L"
                     "\x1a\x08\x0a\x03\x0a\x01g\x10\x80\x01"
                     "\x1a\x05\x0a\x03\x0a\x01h"));
}

TEST(PoolManagerProto, AnAmountHasSixtyFourBits) {
  CapacitySnapshot snapshot;
  snapshot.set_mem_mb_total(std::numeric_limits<std::uint64_t>::max());
  expect_bytes(snapshot, bytes("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
}

TEST(PoolProto, AdvertisementHasItsClaimsInColumns) {
  fn::pool::v1::Advertisement message;
  message.set_lb_id("L");
  message.set_sequence(7);
  message.add_groups("g");
  message.add_groups("h");
  message.add_group(0);
  message.add_group(1);
  message.add_memory_mib(128);
  message.add_memory_mib(0);
  fn::pool::v1::RunnerHealth& health = *message.add_health();
  health.set_group(1);
  health.set_address("r");
  health.set_rested(true);
  expect_bytes(message,
               bytes("\x0a\x01L\x10\x07\x1a\x01g\x1a\x01h"
                     "\x22\x02\x00\x01"
                     "\x2a\x03\x80\x01\x00"
                     "\x52\x07\x08\x01\x12\x01r\x18\x01"));
}

TEST(PoolProto, MembershipWithAllItsFields) {
  fn::pool::v1::Membership message;
  fn::pool::v1::GroupMembership& group = *message.add_groups();
  group.set_group(1);
  group.set_generation(3);
  group.set_whole(true);
  group.add_drained(4);
  group.add_lost(5);
  fn::pool::v1::PoolRunner& runner = *group.add_added();
  runner.set_number(6);
  runner.set_address("r");
  runner.set_memory_mib(1);
  runner.set_cpu_milli(2);
  group.add_apps("a");
  group.set_refusal("b");
  group.set_shortage("c");
  expect_bytes(message,
               bytes("\x0a\x20\x08\x01\x10\x03\x18\x01\x22\x01\x04\x2a\x01\x05"
                     "\x32\x09\x08\x06\x12\x01r\x18\x01\x20\x02"
                     "\x3a\x01"
                     "a\x42\x01"
                     "b\x4a\x01"
                     "c"));
}

TEST(PoolProto, WhatARunnerIsToldAndSays) {
  fn::pool::v1::DrainEnded ended;
  ended.set_drain(2);
  ended.set_idle(true);
  expect_bytes(ended, bytes("\x08\x02\x10\x01"));
  fn::pool::v1::RunnerReport report;
  report.set_ready(true);
  report.set_draining(true);
  report.set_calls(1);
  report.set_containers(2);
  report.set_memory_mib(3);
  report.set_cpu_milli(4);
  report.set_used_memory_mib(5);
  report.set_group("g");
  report.set_lease(6);
  expect_bytes(report,
               bytes("\x08\x01\x10\x01\x18\x01\x20\x02\x28\x03\x30\x04\x38\x05\x42\x01g\x48\x06"));
  fn::pool::v1::LeaseRequest lease;
  lease.set_group("g");
  lease.set_lease(6);
  expect_bytes(lease, bytes("\x0a\x01g\x10\x06"));
}

}  // namespace
}  // namespace fn::services
