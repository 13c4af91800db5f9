// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever a provider does, hang, lie, fail or answer late, a group is told what can be true,
// and no other group waits for it.

#include "services/npm/provider_desk.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/services/npm/pool_world.h"

namespace fn::services {
namespace {

// Says what the test tells it to, when the test tells it to.
class ToldProvider final : public RunnerProvider {
 public:
  void list(const std::string& group, Listed done) override {
    if (hanging == group) {
      hung.push_back(std::move(done));
    } else {
      done(lists[group]);
    }
  }

  void provision(const std::string& /*group*/, std::uint32_t count, Provisioned done) override {
    asked += count;
    orders.push_back(std::move(done));
  }

  void remove(const std::string& /*group*/, const std::string& /*id*/, Removed done) override {
    done(core::fail(core::ErrorCode::kUnavailable, "no"));
  }

  [[nodiscard]] std::vector<std::string> groups() const override { return {}; }

  [[nodiscard]] std::string description() const override { return "told"; }

  void say_changed(const std::string& group) { tell_changed(group); }

  std::map<std::string, std::vector<ProvidedRunner>> lists;
  std::string hanging;
  std::vector<Listed> hung;
  std::vector<Provisioned> orders;
  std::uint32_t asked = 0;
};

class ProviderDeskTest : public testing::Test {
 protected:
  ProviderDeskTest()
      : desk(loop,
             provider,
             notes,
             {.look_every = std::chrono::milliseconds(5),
              .list_limit = std::chrono::milliseconds(50),
              .provision_limit = std::chrono::milliseconds(50)},
             [this] { return used; }) {
    desk.set_quota(10);
  }

  void watch(const std::string& group) {
    desk.watch(group, [this, group](const std::vector<ProvidedRunner>& runners) {
      heard[group] = runners;
      ++times[group];
    });
  }

  // Runs the loop until it is so.
  void run_until(const std::function<bool()>& is_so) {
    const core::Instant end = core::later(loop.now(), kPatience);
    loop.at_batch_end([this, is_so, end] {
      if (is_so() || loop.now() > end) {
        loop.stop();
      }
    });
    loop.run();
    EXPECT_TRUE(is_so());
  }

  Loop loop;
  ToldProvider provider;
  NotedNpm notes;
  std::uint64_t used = 0;
  ProviderDesk desk;
  std::map<std::string, std::vector<ProvidedRunner>> heard;
  std::map<std::string, int> times;
};

TEST_F(ProviderDeskTest, TheFirstListIsToldThoughItIsEmptyAndLaterOnesWhenTheyDiffer) {
  watch("a");
  EXPECT_EQ(times["a"], 1);
  provider.lists["a"] = {{"1", "r1:1", 0, 0}};
  run_until([this] { return times["a"] == 2; });
  EXPECT_EQ(heard["a"].size(), 1U);
  provider.say_changed("a");
  provider.lists["b"] = {};
  watch("b");
  EXPECT_EQ(times["a"], 2);
}

TEST_F(ProviderDeskTest, AProviderThatHangsForOneGroupIsAskedAgainAndKeepsNoOtherGroupWaiting) {
  provider.hanging = "a";
  watch("a");
  watch("b");
  EXPECT_EQ(times["b"], 1);
  provider.lists["b"] = {{"1", "r1:1", 0, 0}};
  run_until([this] { return times["b"] == 2 && provider.hung.size() >= 3; });
  EXPECT_TRUE(notes.has("does not say which runners"));
  // A late answer is not looked at, the present one is.
  provider.hung.front()(std::vector<ProvidedRunner>{{"2", "r2:1", 0, 0}});
  EXPECT_EQ(times["a"], 0);
  provider.hung.back()(std::vector<ProvidedRunner>{});
  EXPECT_EQ(times["a"], 1);
}

TEST_F(ProviderDeskTest, RunnersListedTwiceOrUnderTwoGroupsOrWithoutAnAddressAreDropped) {
  provider.lists["a"] = {
      {"1", "r1:1", 0, 0}, {"1", "r9:1", 0, 0}, {"2", "r1:1", 0, 0}, {"3", "", 0, 0}};
  provider.lists["b"] = {{"1", "r5:1", 0, 0}, {"4", "r4:1", 0, 0}};
  watch("a");
  watch("b");
  ASSERT_EQ(heard["a"].size(), 1U);
  EXPECT_EQ(heard["a"][0].address, "r1:1");
  ASSERT_EQ(heard["b"].size(), 1U);
  EXPECT_EQ(heard["b"][0].id, "4");
  // Gone from one group it may be another's.
  provider.lists["a"].clear();
  run_until([this] { return heard["b"].size() == 2; });
}

TEST_F(ProviderDeskTest, AnOrderIsCutToTheQuotaAndNeverGrantedMoreThanWasAskedFor) {
  used = 8;
  ProvisionAnswer answer;
  desk.provision("a", 5, [&](const ProvisionAnswer& given) { answer = given; });
  EXPECT_EQ(provider.asked, 2U);
  ProvisionAnswer refused{9, ""};
  desk.provision("b", 1, [&](const ProvisionAnswer& given) { refused = given; });
  EXPECT_EQ(refused.granted, 0U);  // what is asked for counts
  EXPECT_NE(refused.shortage.find("quota_runners"), std::string::npos);
  provider.orders[0]({100, ""});
  EXPECT_EQ(answer.granted, 2U);
  EXPECT_NE(answer.shortage.find("quota"), std::string::npos);
  used = 0;
  desk.provision("b", 10, [&](const ProvisionAnswer& given) { refused = given; });
  EXPECT_EQ(provider.asked, 12U);
}

TEST_F(ProviderDeskTest, AnOrderThatIsNotAnsweredInTimeIsRefusedOnce) {
  int answers = 0;
  ProvisionAnswer answer;
  desk.provision("a", 1, [&](const ProvisionAnswer& given) {
    answer = given;
    ++answers;
  });
  run_until([&] { return answers > 0; });
  EXPECT_EQ(answer.granted, 0U);
  EXPECT_FALSE(answer.shortage.empty());
  provider.orders[0]({1, ""});
  EXPECT_EQ(answers, 1);
}

TEST_F(ProviderDeskTest, AProviderThatFailsKeepsTheLastListAndIsSaidOnce) {
  provider.hanging = "a";
  watch("a");
  for (int time = 0; time < 3; ++time) {
    const auto done = provider.hung.back();
    done(core::fail(core::ErrorCode::kUnavailable, "no answer"));
    run_until([this, before = provider.hung.size()] { return provider.hung.size() > before; });
  }
  EXPECT_EQ(times["a"], 0);
  EXPECT_EQ(notes.count("Problem talking to the CP"), 1U);
}

TEST_F(ProviderDeskTest, ARemovalThatFailsIsSaid) {
  desk.remove("a", "id-7");
  EXPECT_TRUE(notes.has("Error attempting to close down runner id-7"));
}

}  // namespace
}  // namespace fn::services
