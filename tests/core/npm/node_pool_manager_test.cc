// SPDX-License-Identifier: Apache-2.0
//
// Goal: the node pool manager leads a group's runners through their lives: orders, losses, drains,
// adoption, replacement; it tells the LBs, and rests when the group does.

#include "core/npm/node_pool_manager.h"

#include <gtest/gtest.h>

#include "tests/core/npm/npm_rig.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using core::Duration;
using core::LbHandle;
using core::RunnerChange;
using core::RunnerHandle;

constexpr Instant at(Duration since_start) {
  return Instant(since_start);
}

std::vector<RunnerChange> changes(const NpmRig& rig) {
  std::vector<RunnerChange> result;
  for (const core::RunnerChanged& changed : rig.facts<core::RunnerChanged>()) {
    result.push_back(changed.change);
  }
  return result;
}

TEST(NodePoolManager, OrdersWhatTheDemandNeedsAndPublishesWhatComes) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise(at(1s), 0, 5000);
  ASSERT_EQ(rig.actions<core::ProvisionRunners>().size(), 1U);
  EXPECT_EQ(rig.actions<core::ProvisionRunners>()[0].count, 2U);
  EXPECT_EQ(rig.npm().counts().booting, 2U);
  rig.run_to(at(6s));
  const auto published = rig.actions<core::PublishMembership>();
  ASSERT_EQ(published.size(), 1U);
  EXPECT_EQ(published[0].members, 2U);
  EXPECT_EQ(rig.active(), 2U);
  const core::GroupScaled scaled = rig.facts<core::GroupScaled>().at(0);
  EXPECT_EQ(scaled.demand_mib, 5000U);
  EXPECT_EQ(scaled.wish, 2U);
  EXPECT_EQ(scaled.target, 2U);
  EXPECT_EQ(scaled.provisioned, 2U);
}

TEST(NodePoolManager, AnUnchangedAdvertisementIsARenewalWithoutAnyAnswer) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(1, 20, 5000);
  const std::size_t actions = rig.all.actions.size();
  const std::size_t facts = rig.all.facts.size();
  rig.advertise_each_second(20, 200, 5000);
  EXPECT_EQ(rig.all.actions.size(), actions);
  EXPECT_EQ(rig.all.facts.size(), facts);
  EXPECT_EQ(rig.npm().next_deadline(), at(204s)) << "only the lease";
}

TEST(NodePoolManager, AGroupAtRestHasNoDeadline) {
  NpmRig rig("steady");
  EXPECT_EQ(rig.npm().next_deadline(), core::kNever);
  rig.list();
  EXPECT_EQ(rig.npm().next_deadline(), core::kNever);
  rig.advertise_each_second(1, 60, 20'000);
  rig.advertise(at(60s), 0, 0);
  rig.run_to(at(2h));
  EXPECT_EQ(rig.active(), 0U);
  EXPECT_EQ(rig.existing.size(), 0U);
  EXPECT_EQ(rig.npm().next_deadline(), core::kNever);
}

TEST(NodePoolManager, ReplacesALostRunnerAtOnce) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(1, 10, 5000);
  rig.existing.pop_back();
  rig.list();
  EXPECT_EQ(changes(rig).back(), RunnerChange::kLost);
  EXPECT_EQ(rig.tally().provisioned, 3U);
  rig.advertise_each_second(10, 20, 5000);
  EXPECT_EQ(rig.active(), 2U);
}

TEST(NodePoolManager, OrdersAgainWhatIsNotDeliveredWithGrowingPauses) {
  RigProvider provider;
  provider.delivers = false;
  NpmRig rig("steady", provider);
  rig.list();
  rig.advertise_each_second(1, 1000, 100);
  const auto failed = rig.facts<core::OrderFailed>();
  ASSERT_EQ(failed.size(), 3U);
  EXPECT_EQ(failed[0].pause, 1s);
  EXPECT_EQ(failed[1].pause, 2s);
  EXPECT_EQ(failed[2].pause, 4s);
  EXPECT_EQ(rig.actions<core::ProvisionRunners>().size(), 4U);
  rig.provider.delivers = true;
  rig.advertise_each_second(1000, 1300, 100);
  EXPECT_EQ(rig.active(), 1U);
}

TEST(NodePoolManager, AsksAProviderThatRefusesLessAndLessOftenAndNotForDemandThatHasGone) {
  RigProvider provider;
  provider.grants = false;
  NpmRig rig("steady", provider);
  rig.list();
  rig.advertise_each_second(1, 120, 100);
  EXPECT_EQ(rig.actions<core::ProvisionRunners>().size(), 7U);  // at 1, 2, 4, 8, 16, 32, 64 s
  rig.advertise(at(120s), 0, 0);
  rig.run_to(at(2h));
  EXPECT_EQ(rig.npm().counts().requested, 0U);
  EXPECT_EQ(rig.npm().next_deadline(), core::kNever);
}

TEST(NodePoolManager, ADrainedRunnerGoesWhenItIsIdle) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(1, 10, 5000);
  rig.advertise_each_second(10, 400, 100);
  const auto drained = rig.actions<core::DrainRunner>();
  ASSERT_EQ(drained.size(), 1U);
  EXPECT_EQ(drained[0].runner, RunnerHandle{1}) << "the newest";
  rig.give(core::RunnerIdle{drained[0].runner, drained[0].drain});
  ASSERT_EQ(rig.actions<core::RemoveRunner>().size(), 1U);
  EXPECT_EQ(rig.actions<core::RemoveRunner>()[0].busy, 0U);
  EXPECT_EQ(changes(rig).back(), RunnerChange::kRemovedIdle);
}

TEST(NodePoolManager, ADrainedRunnerThatStaysBusyGoesAtItsDeadline) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(1, 10, 5000);
  rig.advertise_each_second(10, 700, 100);
  ASSERT_EQ(rig.actions<core::RemoveRunner>().size(), 1U);
  EXPECT_EQ(rig.actions<core::RemoveRunner>()[0].busy, 1U);
  EXPECT_EQ(changes(rig).back(), RunnerChange::kRemovedAtDeadline);
}

TEST(NodePoolManager, RevivesADrainingRunnerAndIgnoresThatItWasIdle) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(1, 10, 5000);
  rig.advertise_each_second(10, 400, 100);
  rig.advertise(at(400s), 0, 5000);
  ASSERT_EQ(rig.actions<core::ReviveRunner>().size(), 1U);
  EXPECT_EQ(rig.tally().revived, 1U);
  EXPECT_EQ(rig.tally().provisioned, 2U);
  rig.give(core::RunnerIdle{RunnerHandle{1}});
  EXPECT_EQ(rig.actions<core::RemoveRunner>().size(), 0U);
  const auto ignored = rig.facts<core::NpmEventIgnored>();
  ASSERT_FALSE(ignored.empty());
  EXPECT_EQ(ignored.back().what, core::IgnoredNpmEvent::kRunnerNotDraining);
  EXPECT_EQ(rig.active(), 2U);
}

TEST(NodePoolManager, ARunnerThatDrainsAnewIsNotRemovedForHavingBeenIdleBefore) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(1, 10, 5000);
  rig.advertise_each_second(10, 400, 100);
  rig.advertise(at(400s), 0, 5000);  // revived
  rig.advertise_each_second(401, 1000, 100);
  const auto drained = rig.actions<core::DrainRunner>();
  ASSERT_EQ(drained.size(), 2U);
  ASSERT_EQ(drained[0].runner, drained[1].runner);
  rig.give(core::RunnerIdle{drained[0].runner, drained[0].drain});
  EXPECT_EQ(rig.actions<core::RemoveRunner>().size(), 0U);
  rig.give(core::RunnerIdle{drained[1].runner, drained[1].drain});
  EXPECT_EQ(rig.actions<core::RemoveRunner>().size(), 1U);
}

TEST(NodePoolManager, ARestartedOneAdoptsWhatExistsAndOrdersNothing) {
  NpmRig rig("steady");
  rig.existing = {core::Member{RunnerHandle{7}, 4096, 0}, core::Member{RunnerHandle{9}, 4096, 0}};
  rig.list();
  EXPECT_EQ(changes(rig), (std::vector{RunnerChange::kAdopted, RunnerChange::kAdopted}));
  EXPECT_EQ(rig.actions<core::ReviveRunner>().size(), 2U) << "they may have been draining";
  rig.advertise_each_second(1, 250, 5000);
  EXPECT_EQ(rig.facts<core::GroupScaled>().size(), 0U);
  EXPECT_EQ(rig.active(), 2U);
}

TEST(NodePoolManager, WaitsForTheProvidersFirstListBeforeItOrders) {
  NpmRig rig("steady");
  rig.advertise(at(1s), 0, 100);
  rig.advertise(at(2s), 0, 100);
  EXPECT_EQ(rig.actions<core::ProvisionRunners>().size(), 0U);
  EXPECT_EQ(rig.npm().next_deadline(), at(6s));
  rig.advertise(at(5s), 0, 100);
  rig.run_to(at(6s));
  EXPECT_EQ(rig.actions<core::ProvisionRunners>().size(), 1U) << "but not for ever";
}

TEST(NodePoolManager, ANewIncarnationPublishesNewerListsThanTheOldOneEvenAnEmptyOne) {
  core::NpmOut out;
  core::NodePoolManager npm(NpmRig::config_of("steady"), 3);
  npm.step(at(0s), core::RunnersListed{}, out);
  ASSERT_EQ(out.actions.size(), 1U);
  const std::uint64_t first = std::uint64_t{3} << 32;
  EXPECT_EQ(out.actions[0].as<core::PublishMembership>().generation, first);
  const std::vector<core::Member> runners = {core::Member{RunnerHandle{7}, 4096, 0}};
  npm.step(at(1s), core::RunnersListed{runners}, out);
  EXPECT_EQ(out.actions.back().as<core::PublishMembership>().generation, first + 1);
}

TEST(NodePoolManager, OrdersAMinimumOnceItKnowsWhatExists) {
  core::NpmConfig config = NpmRig::config_of("fixed");
  config.scaling.fixed_runners = 3;
  NpmRig rig(config);
  rig.existing = {core::Member{RunnerHandle{70}, 4096, 0}};
  rig.list();
  EXPECT_EQ(rig.tally().provisioned, 2U);
}

TEST(NodePoolManager, ASilentLbsClaimEndsWithItsLease) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise(at(1s), 0, 100);
  rig.run_to(at(6s));
  const auto expired = rig.facts<core::RequirementExpired>();
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].lb, LbHandle{0});
  EXPECT_EQ(expired[0].memory_mib, 100U);
  EXPECT_TRUE(rig.npm().demand().zero());
}

TEST(NodePoolManager, SaysWhyItIgnoresAnEvent) {
  NpmRig rig("steady");
  rig.list();
  rig.give(core::CapacityAdvertised{LbHandle{0}, 5, core::Requirement{10, 0, 0, 0, 0}});
  rig.give(core::CapacityAdvertised{LbHandle{0}, 4, core::Requirement{20, 0, 0, 0, 0}});
  rig.give(core::CapacityAdvertised{LbHandle{99'999}, 1, core::Requirement{20, 0, 0, 0, 0}});
  rig.give(core::RunnerReported{LbHandle{0}, RunnerHandle{4}, 1});
  rig.give(core::ProvisionAnswered{44, 1});
  rig.give(core::RunnerIdle{RunnerHandle{4}});
  std::vector<core::IgnoredNpmEvent> ignored;
  for (const core::NpmEventIgnored& event : rig.facts<core::NpmEventIgnored>()) {
    ignored.push_back(event.what);
  }
  using Why = core::IgnoredNpmEvent;
  EXPECT_EQ(ignored,
            (std::vector{Why::kOldSequence,
                         Why::kTooManyLbs,
                         Why::kUnknownRunner,
                         Why::kUnknownOrder,
                         Why::kUnknownRunner}));
}

TEST(NodePoolManager, ReplacesARunnerThatAllLbsWithCallsRest) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise(at(1s), 0, 2500);
  rig.advertise(at(1s), 1, 2500);
  for (std::int64_t second = 2; second < 60; ++second) {
    const Instant now = at(std::chrono::seconds(second));
    rig.advertise(now, 0, 2500);
    rig.advertise(now, 1, 2500);
    if (second == 10 || second == 13) {
      rig.give(core::RunnerReported{LbHandle{second == 10 ? 0U : 1U}, RunnerHandle{0}, 1});
    }
    EXPECT_EQ(rig.actions<core::DrainRunner>().size(), second < 23 ? 0U : 1U);
  }
  EXPECT_EQ(rig.actions<core::DrainRunner>()[0].runner, RunnerHandle{0});
  EXPECT_EQ(rig.tally().provisioned, 3U);
  EXPECT_EQ(rig.active(), 2U);
}

TEST(NodePoolManager, WhatALostLbSaidOfARunnerIsNotHeldAgainstItsSuccessor) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(1, 10, 100);
  rig.give(core::RunnerReported{LbHandle{0}, RunnerHandle{0}, 1});
  rig.run_to(at(15s));  // the lease ends, and another LB gets the handle
  rig.advertise_each_second(15, 60, 100);
  EXPECT_EQ(rig.actions<core::DrainRunner>().size(), 0U);
}

TEST(NodePoolManager, OrdersNoMoreThanItsLimitOfKnownRunners) {
  core::NpmConfig config = NpmRig::config_of("steady");
  config.pool.max_runners = 3;
  NpmRig rig(config);
  rig.list();
  rig.advertise(at(1s), 0, 100'000);
  EXPECT_EQ(rig.tally().provisioned, 3U);
  const core::GroupScaled scaled = rig.facts<core::GroupScaled>().at(0);
  EXPECT_EQ(scaled.target, 3U);
  EXPECT_EQ(scaled.limits, core::kLimitMax);
}

TEST(NodePoolManagerDeathTest, TimeNeverGoesBack) {
  core::NpmOut out;
  core::NodePoolManager npm(NpmRig::config_of("steady"));
  npm.step(at(2s), core::NpmEvent(core::NpmDeadlineReached{}), out);
  EXPECT_DEATH(npm.step(at(1s), core::NpmDeadlineReached{}, out), "now >= now_");
}

}  // namespace
}  // namespace fn::tests
