// SPDX-License-Identifier: Apache-2.0
//
// Goal: a file says what is generated, every knob of it; presets are such files; and what makes no
// sense is refused in one line with the place.

#include "sim/scenario/generator_file.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/toml.h"
#include "sim/scenario/generator_presets.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using sim::GeneratorConfig;

core::Result<GeneratorConfig> config_from(std::string_view toml) {
  const auto settings = core::parse_toml(toml, "g.toml");
  EXPECT_TRUE(settings) << settings.error().message;
  return sim::make_generator(settings.value_or(std::vector<core::Setting>()));
}

TEST(GeneratorFile, SetsEveryPart) {
  const core::Result<GeneratorConfig> config = config_from(R"(
[trace]
days = 3
first_day = "sunday"
[platform]
apps = 10
most_memory_mib = 512
[[tenants]]
name = "shop"
functions = 4
calls_per_day = 1000
arrivals = "timer"
timer_minutes = [5, 60]
memory_mib = 128
[[tenants]]
name = "games"
load_gib = 2.5
run_mean_ms = 250
memory_mib = [256, 512]
durations = "azure2019"
peak_hours = 20.5
[[tenants.shapes]]
kind = "silence"
length_minutes = 30
[[tenants.shapes]]
kind = "saw-tooth"
at_hours = 1.5
every_minutes = 40
level_runners = 3
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->days, 3U);
  EXPECT_EQ(config->first_day, sim::Weekday::kSunday);
  EXPECT_EQ(config->platform.apps, 10U);
  EXPECT_EQ(config->platform.most_memory.value, 512);
  ASSERT_EQ(config->tenants.size(), 2U);
  const sim::TenantConfig& shop = config->tenants.front();
  EXPECT_EQ(shop.pattern, sim::CallPattern::kTimer);
  ASSERT_EQ(shop.timer_periods.size(), 2U);
  EXPECT_EQ(shop.timer_periods.back().value, 1h);
  ASSERT_EQ(shop.memory_choices.size(), 1U);
  EXPECT_EQ(shop.memory_choices.front().value, 128);
  const sim::TenantConfig& games = config->tenants.back();
  EXPECT_EQ(games.load_gib, 2.5);
  EXPECT_EQ(games.run_mean, 250ms);
  EXPECT_EQ(games.memory_choices.back().value, 512);
  EXPECT_EQ(games.durations, sim::AmountSource::kAzure2019);
  EXPECT_EQ(games.peak, 20h + 30min);
  ASSERT_EQ(games.shapes.size(), 2U);
  EXPECT_EQ(games.shapes.front().kind, sim::ShapeKind::kSilence);
  EXPECT_EQ(games.shapes.back().at, 90min);
  EXPECT_EQ(games.shapes.back().runners, 3);
}

TEST(GeneratorFile, SaysWhereAndWhatIsWrong) {
  struct Bad {
    const char* toml;
    const char* message;
  };

  for (const Bad& bad : {
           Bad{"",
               "platform.apps: expected a number above 0, or at least one [[tenants]], found "
               "neither"},
           Bad{"[trace]\ndays = 0",
               "g.toml:2: trace.days = 0: expected a whole number from 1 to "
               "366"},
           Bad{"[trace]\nfirst_day = \"friyay\"",
               "g.toml:2: trace.first_day = \"friyay\": expected one of monday, tuesday, "
               "wednesday, thursday, friday, saturday, sunday; did you mean \"friday\"?"},
           Bad{"[platform]\nswing = 3",
               "g.toml:2: unknown key \"platform.swing\"; did you mean "
               "\"platform.swing_percent\"?"},
           Bad{"[[tenants]]\nname = \"a\"\nload_gib = -1",
               "g.toml:3: tenants[0].load_gib = -1: expected a number of GiB from 0 to 1000000"},
           Bad{"[[tenants]]\nname = \"a\"",
               "tenants[0].load_gib: expected either load_gib or calls_per_day above 0, found "
               "neither"},
           Bad{"[[tenants]]\nname = \"a\"\nload_gib = 1\nfunctions = 2\napps = 3",
               "g.toml:5: tenants[0].apps: expected a number from 1 to 2, found 3"},
           Bad{"[[tenants]]\nname = \"a\"\nload_gib = 1\n[[tenants.shapes]]\nkind = \"herd\"\n"
               "every_minutes = 1",
               "g.toml:6: tenants[0].shapes[0].every_minutes: expected whole minutes from 2m to "
               "366d, found 1m"},
       }) {
    const core::Result<GeneratorConfig> config = config_from(bad.toml);
    ASSERT_FALSE(config) << bad.toml;
    EXPECT_EQ(config.error().message, bad.message);
    EXPECT_EQ(config.error().code, core::ErrorCode::kInvalidArgument);
  }
}

TEST(GeneratorFile, PresetsAreFilesThatSettingsChange) {
  for (const sim::Preset& preset : sim::generator_presets()) {
    sim::GeneratorSources sources;
    sources.preset = preset.name;
    sources.settings = {{"trace.days", std::int64_t{7}, "--set"}};
    const core::Result<GeneratorConfig> config = load_generator(sources);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->days, 7U);
  }
  sim::GeneratorSources unknown;
  unknown.preset = "shiped-day";
  const core::Result<GeneratorConfig> config = load_generator(unknown);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message,
            "--preset shiped-day: expected one of shipped-day, azure2019-day; did you mean "
            "\"shipped-day\"?");
}

TEST(GeneratorFile, FilesThatAreNotThereAreNamed) {
  sim::GeneratorSources sources;
  sources.file = "/no/such/file.toml";
  const core::Result<GeneratorConfig> config = load_generator(sources);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, core::ErrorCode::kNotFound);
  EXPECT_NE(config.error().message.find("/no/such/file.toml"), std::string::npos);
}

}  // namespace
}  // namespace fn::tests
