// SPDX-License-Identifier: Apache-2.0
//
// Goal: a generated trace is a reader like others, the same for the same configuration and seed
// with every compiler, and another for another seed.

#include "sim/trace/generate/generated_trace.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/byte_sink.h"
#include "core/io/fntrace_writer.h"
#include "sim/trace/generate/generator_check.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using sim::GeneratorConfig;

GeneratorConfig small_config() {
  GeneratorConfig config;
  config.platform.apps = 100;
  sim::TenantConfig tenant;
  tenant.name = "shop";
  tenant.functions = 5;
  tenant.calls_per_day = 5'000;
  tenant.peak_to_trough = 4;
  config.tenants = {tenant};
  tenant.name = "night";
  tenant.pattern = sim::CallPattern::kBursty;
  tenant.memory = sim::AmountSource::kAzure2019;
  tenant.durations = sim::AmountSource::kAzure2019;
  config.tenants.push_back(tenant);
  return config;
}

sim::TraceReaderPtr opened(const GeneratorConfig& config, std::uint64_t seed) {
  core::Result<sim::TraceReaderPtr> trace = sim::open_generated(config, seed);
  EXPECT_TRUE(trace) << trace.error().message;
  return std::move(*trace);
}

TEST(GeneratedTrace, IsTheSameForTheSameSeedOnly) {
  const std::string once = opened(small_config(), 7)->head().sha256;
  EXPECT_EQ(opened(small_config(), 7)->head().sha256, once);
  EXPECT_NE(opened(small_config(), 8)->head().sha256, once);
  GeneratorConfig other = small_config();
  other.tenants.back().peak_to_trough = 5;
  EXPECT_NE(opened(other, 7)->head().sha256, once);
}

TEST(GeneratedTrace, ContentIsFixed) {
  // The same with g++ and clang++: a change must be meant and move kGeneratorVersion.
  EXPECT_EQ(opened(small_config(), 1)->head().sha256,
            "9780fdaab16c15cfca5bf5ee2ed37fe81c2d2251a75a7a64deade3504bbc8568");
}

TEST(GeneratedTrace, KnowsItsTotalsBeforeItIsRead) {
  const sim::TraceReaderPtr trace = opened(small_config(), 1);
  EXPECT_TRUE(trace->whole_head());
  EXPECT_EQ(trace->head().end_ns, 1440 * core::kTraceMinuteNs);
  EXPECT_FALSE(trace->head().notes.empty());
  std::vector<std::uint64_t> calls(trace->head().functions.size());
  core::TraceMinute minute;
  std::int64_t last = -1;
  while (*trace->next(minute)) {
    ASSERT_GT(minute.number, last);
    last = minute.number;
    ASSERT_TRUE(minute.calls.empty());
    ASSERT_FALSE(minute.counts.empty());
    for (std::size_t index = 0; index < minute.counts.size(); ++index) {
      ASSERT_GT(minute.counts[index].calls, 0U);
      ASSERT_TRUE(index == 0 || minute.counts[index].function > minute.counts[index - 1].function);
      calls[minute.counts[index].function] += minute.counts[index].calls;
    }
  }
  EXPECT_LT(last, 1440);
  for (std::size_t number = 0; number < calls.size(); ++number) {
    EXPECT_EQ(calls[number], trace->head().functions[number].calls);
  }
}

TEST(GeneratedTrace, CanBeReadFromTheMiddle) {
  const sim::TraceReaderPtr whole = opened(small_config(), 1);
  const sim::TraceReaderPtr part = opened(small_config(), 1);
  part->skip_to(700);
  core::TraceMinute expected;
  core::TraceMinute found;
  while (*whole->next(expected)) {
    if (expected.number < 700) {
      continue;
    }
    ASSERT_TRUE(*part->next(found));
    ASSERT_EQ(found.number, expected.number);
    ASSERT_EQ(found.counts.size(), expected.counts.size());
    for (std::size_t index = 0; index < found.counts.size(); ++index) {
      ASSERT_EQ(found.counts[index].function, expected.counts[index].function);
      ASSERT_EQ(found.counts[index].calls, expected.counts[index].calls);
    }
  }
  EXPECT_FALSE(*part->next(found));
}

TEST(GeneratedTrace, TenantsDoNotShiftEachOther) {
  const auto calls_of_shop = [](const GeneratorConfig& config) {
    std::vector<std::uint64_t> calls;
    const sim::TraceReaderPtr trace = opened(config, 1);
    for (const core::TraceFunction& function : trace->head().functions) {
      if (function.tenant == "shop") {
        calls.push_back(function.calls);
      }
    }
    return calls;
  };
  GeneratorConfig alone = small_config();
  alone.platform.apps = 0;
  alone.tenants.pop_back();
  EXPECT_EQ(calls_of_shop(alone), calls_of_shop(small_config()));
}

TEST(GeneratedTrace, SmallPlatformsCanBeMade) {
  for (const std::uint32_t apps : {1U, 2U, 3U, 7U, 19U, 21U}) {
    GeneratorConfig config;
    config.platform.apps = apps;
    config.platform.calls_per_day = 1'000;
    EXPECT_FALSE(opened(config, apps)->head().functions.empty()) << apps;
  }
}

struct BadCase {
  std::function<void(GeneratorConfig&)> damage;
  std::string message;
};

TEST(GeneratorCheck, SaysWhatIsWrong) {
  const auto tenant = [](GeneratorConfig& config) -> sim::TenantConfig& {
    return config.tenants.front();
  };
  const auto shape = [](GeneratorConfig& config, sim::ShapeKind kind) -> sim::LoadShape& {
    config.tenants.front().shapes.emplace_back().kind = kind;
    return config.tenants.front().shapes.back();
  };
  const std::vector<BadCase> cases = {
      {[](auto& config) { config.days = 0; },
       "trace.days: expected a number from 1 to 366, found 0"},
      {[](auto& config) {
         config.platform.apps = 0;
         config.tenants.clear();
       },
       "platform.apps: expected a number above 0, or at least one [[tenants]], found neither"},
      {[](auto& config) { config.platform.apps_per_owner = 0.5; },
       "platform.apps_per_owner: expected a number from 1 to 100, found 0.5"},
      {[&](auto& config) { tenant(config).name = ""; },
       "tenants[0].name: expected 1 to 64 letters, digits, \"_\", \"-\" and \".\", found none"},
      {[&](auto& config) { tenant(config).name = "a b"; },
       "tenants[0].name: expected 1 to 64 letters, digits, \"_\", \"-\" and \".\", found \"a b\""},
      {[&](auto& config) { tenant(config).name = "night"; },
       "tenants[1].name: expected each name once, found \"night\" again"},
      {[&](auto& config) { tenant(config).apps = 6; },
       "tenants[0].apps: expected a number from 1 to 5, found 6"},
      {[&](auto& config) { tenant(config).load_gib = 1; },
       "tenants[0].load_gib: expected either load_gib or calls_per_day above 0, found both"},
      {[&](auto& config) { tenant(config).calls_per_day = 0; },
       "tenants[0].load_gib: expected either load_gib or calls_per_day above 0, found neither"},
      {[&](auto& config) { tenant(config).peak = 90s; },
       "tenants[0].peak_hours: expected whole minutes from 0s to 1d, found 90s"},
      {[&](auto& config) { tenant(config).timer_periods.clear(); },
       "tenants[0].timer_minutes: expected at least one period, found none"},
      {[&](auto& config) { tenant(config).memory_choices.clear(); },
       "tenants[0].memory_mib: expected at least one amount, found none"},
      {[&](auto& config) { shape(config, sim::ShapeKind::kFlashCrowd).length = 5min; },
       "tenants[0].shapes[0].length_minutes: expected at least rise_minutes + fall_minutes, found "
       "5m"},
      {[&](auto& config) { shape(config, sim::ShapeKind::kSilence); },
       "tenants[0].shapes[0].length_minutes: expected whole minutes from 1m to 366d, found 0s"},
      {[&](auto& config) { shape(config, sim::ShapeKind::kHerd); },
       "tenants[0].shapes[0].every_minutes: expected whole minutes from 2m to 366d, found 0s"},
      {[&](auto& config) { shape(config, sim::ShapeKind::kSawTooth).swing_runners = 9; },
       "tenants[0].shapes[0].swing_runners: expected a number from 0 to 4, found 9"},
      {[&](auto& config) {
         shape(config, sim::ShapeKind::kSawTooth).every = 9min;
         shape(config, sim::ShapeKind::kSawTooth).every = 9min;
       },
       "tenants[0].shapes[1].kind: expected at most one saw-tooth of a tenant, found another one"},
      {[&](auto& config) {
         tenant(config).pattern = sim::CallPattern::kTimer;
         shape(config, sim::ShapeKind::kHerd).every = 9min;
       },
       "tenants[0].shapes[0].kind: expected silence where arrivals = \"timer\", since timers keep "
       "their rate, found herd"},
  };
  for (const BadCase& bad : cases) {
    GeneratorConfig config = small_config();
    bad.damage(config);
    const core::Result<sim::TraceReaderPtr> trace = sim::open_generated(config, 1);
    ASSERT_FALSE(trace) << bad.message;
    EXPECT_EQ(trace.error().code, core::ErrorCode::kInvalidArgument);
    EXPECT_EQ(trace.error().message, bad.message);
  }
  EXPECT_TRUE(check_generator(small_config()));
}

}  // namespace
}  // namespace fn::tests
