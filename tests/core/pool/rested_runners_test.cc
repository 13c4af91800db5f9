// SPDX-License-Identifier: Apache-2.0
//
// Goal: a runner that no LB can use is replaced, one that some LB still uses is not, and never many
// at a time.

#include "core/pool/rested_runners.h"

#include <set>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since_start) {
  return Instant(since_start);
}

constexpr RunnerHandle kFirst{1};
constexpr RunnerHandle kSecond{2};

class RestedRunnersTest : public testing::Test {
 protected:
  void report(Instant now, std::uint32_t lb, RunnerHandle runner, bool rests = true) {
    rested.report(LbHandle{lb}, runner, rests);
    reassess(now);
  }

  void reassess(Instant now) {
    rested.reassess(now, static_cast<std::uint32_t>(users.size()), [this](LbHandle lb) {
      return users.contains(lb.value);
    });
  }

  RestedRunners rested{RestedRunnersConfig{}};
  std::set<std::uint32_t> users{0, 1};
};

TEST_F(RestedRunnersTest, ReplacesARunnerThatAllItsLbsHaveRestedForTenSeconds) {
  report(at(0s), 0, kFirst);
  EXPECT_EQ(rested.next_deadline(), kNever);
  report(at(3s), 1, kFirst);
  EXPECT_EQ(rested.next_deadline(), at(13s));
  EXPECT_FALSE(rested.take_due(at(12s)).valid());
  EXPECT_EQ(rested.take_due(at(13s)), kFirst);
  EXPECT_TRUE(rested.empty());
}

TEST_F(RestedRunnersTest, StartsAnewWhenAnLbUsesTheRunnerInBetween) {
  report(at(0s), 0, kFirst);
  report(at(0s), 1, kFirst);
  report(at(9s), 1, kFirst, false);
  EXPECT_EQ(rested.next_deadline(), kNever);
  report(at(10s), 1, kFirst);
  EXPECT_EQ(rested.next_deadline(), at(20s));
}

TEST_F(RestedRunnersTest, AsksOnlyTheLbsThatUseTheGroup) {
  report(at(0s), 0, kFirst);
  users = {0};
  reassess(at(1s));
  EXPECT_EQ(rested.next_deadline(), at(11s));
  users = {};
  reassess(at(2s));
  EXPECT_EQ(rested.next_deadline(), kNever) << "nobody is hurt";
}

TEST_F(RestedRunnersTest, ReplacesOneAtATimeWhileANewRunnerIsOnItsWay) {
  for (const std::uint32_t lb : {0U, 1U}) {
    report(at(0s), lb, kSecond);
    report(at(0s), lb, kFirst);
  }
  EXPECT_EQ(rested.take_due(at(10s)), kFirst) << "the older one of two";
  EXPECT_FALSE(rested.take_due(at(10s)).valid());
  EXPECT_EQ(rested.next_deadline(), at(70s));
  EXPECT_EQ(rested.take_due(at(70s)), kSecond);
}

TEST_F(RestedRunnersTest, ForgetsRunnersThatLeaveAndLbsThatAreGone) {
  report(at(0s), 0, kFirst);
  report(at(0s), 1, kFirst);
  rested.forget(LbHandle{1});
  reassess(at(1s));
  EXPECT_EQ(rested.next_deadline(), kNever);
  rested.forget(kFirst);
  EXPECT_TRUE(rested.empty());
}

TEST_F(RestedRunnersTest, GoesOnAfterSaveAndLoad) {
  for (const std::uint32_t lb : {0U, 1U}) {
    report(at(0s), lb, kFirst);
    report(at(4s), lb, kSecond);
  }
  rested.take_due(at(10s));
  Writer saved;
  rested.save(saved);
  RestedRunners restored{RestedRunnersConfig{}};
  Reader reader(saved.bytes());
  ASSERT_TRUE(restored.load(reader).has_value());
  EXPECT_TRUE(reader.finish().has_value());
  EXPECT_EQ(restored.next_deadline(), at(70s));
  EXPECT_EQ(restored.take_due(at(70s)), kSecond);
}

}  // namespace
}  // namespace fn::core
