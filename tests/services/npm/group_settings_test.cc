// SPDX-License-Identifier: Apache-2.0
//
// Goal: the groups' settings say what they should, and a file that does not is refused in one line
// that names the line and what was expected.

#include "services/npm/group_settings.h"

#include <gtest/gtest.h>

#include "core/io/toml.h"

namespace fn::services {
namespace {

core::Result<AllGroupSettings> parse(const std::string& text) {
  const auto settings = core::parse_toml(text, "groups.toml");
  if (!settings) {
    return tl::unexpected(settings.error());
  }
  return group_settings(*settings);
}

std::string error_of(const std::string& text) {
  const auto parsed = parse(text);
  return parsed ? "none" : parsed.error().message;
}

TEST(GroupSettings, AGroupHasTheDefaultsButForWhatItsTableSays) {
  const auto settings = parse(
      "quota_runners = 7\n"
      "undeclared_groups = 3\n"
      "[defaults]\n"
      "max_runners = 9\n"
      "last_runner_hold_s = 1.5\n"
      "apps = [\"shared\"]\n"
      "[groups.my-app-pool]\n"
      "min_runners = 1\n"
      "steady.utilisation_percent = 50\n"
      "apps = [\"one\", \"two\"]\n"
      "[groups.\"a b.c\"]\n"
      "min_runners = 2\n");
  EXPECT_FALSE(settings);  // a blank in a name
  const auto good = parse(
      "quota_runners = 7\n"
      "undeclared_groups = 3\n"
      "[defaults]\n"
      "max_runners = 9\n"
      "last_runner_hold_s = 1.5\n"
      "apps = [\"shared\"]\n"
      "[groups.my-app-pool]\n"
      "min_runners = 1\n"
      "steady.utilisation_percent = 50\n"
      "apps = [\"one\", \"two\"]\n"
      "[groups.\"b.c\"]\n"
      "min_runners = 2\n");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->quota_runners, 7U);
  EXPECT_EQ(good->undeclared_groups, 3U);
  const GroupSettings& pool = good->of("my-app-pool");
  EXPECT_EQ(pool.npm.scaling.limits.min_runners, 1U);
  EXPECT_EQ(pool.npm.scaling.limits.max_runners, 9U);
  EXPECT_EQ(pool.npm.scaling.limits.last_runner_hold, std::chrono::milliseconds(1'500));
  EXPECT_EQ(pool.npm.scaling.steady.utilisation_percent, 50U);
  EXPECT_EQ(pool.apps, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(good->of("b.c").npm.scaling.limits.min_runners, 2U);
  EXPECT_EQ(good->of("b.c").apps, std::vector<std::string>{"shared"});
  EXPECT_TRUE(good->declares("b.c"));
  EXPECT_FALSE(good->declares("other"));
  EXPECT_EQ(good->of("other").npm.scaling.limits.min_runners, 0U);
  EXPECT_EQ(good->of("other").npm.scaling.limits.max_runners, 9U);
}

TEST(GroupSettings, AMistakeIsNamedWithItsLine) {
  EXPECT_NE(error_of("[groups.a]\nmin_runers = 1\n").find("groups.toml:2"), std::string::npos);
  EXPECT_NE(error_of("[groups.a]\nmin_runers = 1\n").find("min_runners"), std::string::npos);
  EXPECT_NE(error_of("\n[defaults]\nscaler = \"fast\"\n").find("groups.toml:3"), std::string::npos);
  EXPECT_NE(error_of("[groups.a]\napps = [1]\n").find("names of apps"), std::string::npos);
  EXPECT_NE(error_of("quota = 1\n").find("quota_runners"), std::string::npos);
  EXPECT_NE(error_of("quota_runners = 0\n").find("from 1 to"), std::string::npos);
  EXPECT_NE(error_of("[groups.a\n").find("groups.toml:1"), std::string::npos);
  EXPECT_NE(error_of("groups.a = 1\n").find("groups.NAME.KEY"), std::string::npos);
  for (const char* text : {"[groups.a]\nmin_runners = 5\nmax_runners = 4\n",
                           "[groups.a]\norder_longest_pause_s = 0.1\n"}) {
    const std::string error = error_of(text);
    EXPECT_NE(error.find("group \"a\""), std::string::npos) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(GroupSettings, WithoutAFileAllIsDefault) {
  const auto settings = read_group_settings("");
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->groups.empty());
  EXPECT_FALSE(read_group_settings("/nowhere/groups.toml"));
}

TEST(GroupSettings, TheLongestLeaseIsThatOfAnyGroup) {
  const auto settings = parse("[groups.a]\nlease_s = 60\n");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->longest_lease(), std::chrono::seconds(60));
}

}  // namespace
}  // namespace fn::services
