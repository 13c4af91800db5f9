// SPDX-License-Identifier: Apache-2.0
//
// Goal: the whole machine under the seed's rules and under ours, in the situations in which the
// seed went wrong (two addresses behind one request, lost and undelivered runners, silence, a
// restart).

#include <gtest/gtest.h>

#include "tests/core/npm/npm_rig.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(core::Duration since_start) {
  return Instant(since_start);
}

// FN_RUNNER_ADDRESSES with two addresses: every request brings both.
constexpr RigProvider kTwoAddresses{5s, 2, true, true};

TEST(NpmScaling, TheSeedFlapsWithEveryAdvertisementBehindTwoAddresses) {
  NpmRig rig("fn-2018", kTwoAddresses);
  rig.advertise_each_second(0, 6, 128);
  EXPECT_EQ(rig.tally().provisioned, 1U);
  for (std::int64_t second = 6; second < 600; ++second) {
    const std::size_t before = rig.active();
    rig.advertise(at(std::chrono::seconds(second)), 0, 128);
    EXPECT_NE(rig.active(), before) << "at " << second << " s";
  }
  EXPECT_GT(rig.tally().direction_changes, 590U);
  EXPECT_EQ(rig.actions<core::RemoveRunner>().size(), 0U) << "it is revived before its 50 s end";
}

TEST(NpmScaling, SteadyFlapsNotOnceBehindTwoAddresses) {
  NpmRig rig("steady", kTwoAddresses);
  rig.list();
  rig.advertise_each_second(0, 3600, 128);
  EXPECT_EQ(rig.tally().provisioned, 1U);
  EXPECT_EQ(rig.tally().revived, 0U);
  EXPECT_EQ(rig.tally().drained, 1U) << "the one that nobody asked for, after five minutes";
  EXPECT_EQ(rig.active(), 1U);
}

TEST(NpmScaling, TheSeedTellsNoRunnerOfItsDrainAndRemovesItFiftySecondsLater) {
  NpmRig rig("fn-2018");
  rig.advertise_each_second(0, 10, 5000);
  ASSERT_EQ(rig.active(), 2U);
  rig.advertise_each_second(10, 80, 100);
  EXPECT_EQ(rig.actions<core::DrainRunner>().size(), 0U);
  ASSERT_EQ(rig.actions<core::RemoveRunner>().size(), 1U);
  EXPECT_EQ(rig.actions<core::RemoveRunner>()[0].busy, 1U);
  EXPECT_EQ(rig.active(), 1U);
  EXPECT_EQ(rig.existing.size(), 1U);
}

TEST(NpmScaling, TheSeedNeverReplacesWhatIsLostOrNotDelivered) {
  NpmRig lost("fn-2018");
  lost.advertise_each_second(0, 10, 128);
  lost.existing.clear();
  lost.list();
  lost.advertise_each_second(10, 1000, 128);
  EXPECT_EQ(lost.active(), 0U);

  NpmRig undelivered("fn-2018", RigProvider{5s, 1, false, true});
  undelivered.advertise_each_second(0, 1000, 128);
  EXPECT_EQ(undelivered.actions<core::ProvisionRunners>().size(), 1U);
}

TEST(NpmScaling, TheSeedAsksARefusingProviderWithEachAdvertisement) {
  NpmRig rig("fn-2018", RigProvider{5s, 1, true, false});
  rig.advertise_each_second(0, 30, 128);
  EXPECT_EQ(rig.actions<core::ProvisionRunners>().size(), 30U);
}

// fn.md 2.8: the second purge after the last message.
TEST(NpmScaling, TheSeedForgetsASilentLbAtTheSecondPurge) {
  NpmRig rig("fn-2018");
  rig.advertise_each_second(0, 8, 128);  // the last one at 7 s
  rig.run_to(at(14999ms));
  EXPECT_EQ(rig.active(), 1U);
  rig.run_to(at(15s));
  EXPECT_EQ(rig.active(), 0U);
  rig.run_to(at(65s));
  EXPECT_EQ(rig.existing.size(), 0U);
  EXPECT_EQ(rig.npm().next_deadline(), core::kNever);
}

TEST(NpmScaling, TheSeedAsksTwiceForTwoLbsInTheSameSecond) {
  NpmRig rig("fn-2018");
  rig.advertise(at(0s), 0, 3000);
  rig.advertise(at(0s), 1, 3000);
  EXPECT_EQ(rig.actions<core::ProvisionRunners>().size(), 2U);
  EXPECT_EQ(rig.tally().provisioned, 2U);
}

TEST(NpmScaling, TheSeedTwentyTwentyNine) {
  NpmRig rig("fn-2018");
  rig.advertise_each_second(0, 4, 200'000);
  std::vector<std::uint32_t> counts;
  for (const core::ProvisionRunners& order : rig.actions<core::ProvisionRunners>()) {
    counts.push_back(order.count);
  }
  EXPECT_EQ(counts, (std::vector<std::uint32_t>{20, 20, 9}));
}

TEST(NpmScaling, ARestartedLbMakesThePoolGrowOnceAndNotFlap) {
  NpmRig rig("steady");
  rig.list();
  for (std::int64_t second = 0; second < 100; ++second) {
    rig.advertise(at(std::chrono::seconds(second)), 0, 2000);
  }
  for (std::int64_t second = 100; second < 2000; ++second) {
    rig.advertise(at(std::chrono::seconds(second)), 1, 2000);
    if (second == 105) {
      EXPECT_EQ(rig.npm().demand().memory_mib, 2000);
    }
  }
  EXPECT_EQ(rig.tally().provisioned, 2U);
  EXPECT_EQ(rig.tally().drained, 1U);
  EXPECT_EQ(rig.tally().direction_changes, 1U);
}

TEST(NpmScaling, KpaServesABurstAndGoesToZeroAgain) {
  NpmRig rig("kpa");
  rig.list();
  rig.advertise_each_second(0, 60, 20'000);
  EXPECT_EQ(rig.active(), 7U);
  rig.advertise(at(60s), 0, 0);
  rig.run_to(at(10min));
  EXPECT_EQ(rig.active(), 0U);
  EXPECT_EQ(rig.npm().next_deadline(), core::kNever);
}

TEST(NpmConfig, NamesTheFieldThatIsWrong) {
  core::NpmConfig config;
  EXPECT_TRUE(check(config).has_value());
  config.scaling.steady.utilisation_percent = 0;
  EXPECT_EQ(check(config).error().message, "steady.utilisation_percent: expected 1 to 100, got 0");
  config.scaler = "stead";
  EXPECT_EQ(check(config).error().message,
            "scaler: expected one of steady, kpa, fixed, fn-2018, got \"stead\"");
}

}  // namespace
}  // namespace fn::tests
