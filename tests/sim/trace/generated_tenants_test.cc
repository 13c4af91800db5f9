// SPDX-License-Identifier: Apache-2.0
//
// Goal: a tenant has the size, the day, the week and the shapes that its configuration says.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "sim/trace/generate/minute_counts.h"
#include "sim/trace/generate/population.h"
#include "tests/sim/trace/minute_loads.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using sim::CallPattern;
using sim::GeneratorConfig;
using sim::LoadShape;
using sim::ShapeKind;
using sim::TenantConfig;

constexpr std::size_t kDay = 1440;

// A tenant of 8 runners of 4 GiB whose calls come evenly, so that shapes show without noise.
TenantConfig even_tenant() {
  TenantConfig tenant;
  tenant.name = "a";
  tenant.functions = 3;
  tenant.load_gib = 32;
  tenant.pattern = CallPattern::kEven;
  return tenant;
}

MinuteLoads load_of(const TenantConfig& tenant, std::uint32_t days = 1) {
  GeneratorConfig config;
  config.days = days;
  config.tenants = {tenant};
  return loads_of(config)["a"];
}

TEST(GeneratedTenants, HaveTheirLoad) {
  TenantConfig tenant = even_tenant();
  EXPECT_NEAR(mean_of(load_of(tenant).runners), 8, 0.02);
  tenant.pattern = CallPattern::kPoisson;
  EXPECT_NEAR(mean_of(load_of(tenant).runners), 8, 0.1);
  tenant.pattern = CallPattern::kBursty;
  tenant.load_gib = 1;
  EXPECT_NEAR(mean_of(load_of(tenant).runners), 0.25, 0.01);
  tenant.durations = sim::AmountSource::kAzure2019;
  tenant.memory = sim::AmountSource::kAzure2019;
  tenant.functions = 100;
  tenant.apps = 20;
  EXPECT_NEAR(mean_of(load_of(tenant).runners), 0.25, 0.05);
}

TEST(GeneratedTenants, HaveTheirCalls) {
  TenantConfig tenant = even_tenant();
  tenant.load_gib = 0;
  tenant.calls_per_day = 100'000;
  EXPECT_NEAR(mean_of(load_of(tenant).calls) * kDay, 100'000, 500);
  // Function r gets calls in proportion to 1 / (r + 1).
  GeneratorConfig config;
  config.tenants = {tenant};
  const core::Result<sim::TraceReaderPtr> trace = sim::open_generated(config, 1);
  ASSERT_TRUE(trace);
  const auto& functions = (*trace)->head().functions;
  ASSERT_EQ(functions.size(), 3U);
  const auto first = static_cast<double>(functions[0].calls);
  EXPECT_NEAR(first / static_cast<double>(functions[1].calls), 2, 0.02);
  EXPECT_NEAR(first / static_cast<double>(functions[2].calls), 3, 0.03);
}

TEST(GeneratedTenants, SwingOverTheDay) {
  TenantConfig tenant = even_tenant();
  tenant.peak_to_trough = 3;
  tenant.peak = 15h;
  const MinuteLoads load = load_of(tenant);
  EXPECT_NEAR(mean_of(load.runners), 8, 0.02);
  EXPECT_NEAR(mean_of(load.runners, 14 * 60 + 30, 60), 12, 0.1);
  EXPECT_NEAR(mean_of(load.runners, 2 * 60 + 30, 60), 4, 0.1);
}

TEST(GeneratedTenants, AreQuieterOrSilentAtWeekends) {
  TenantConfig tenant = even_tenant();
  tenant.weekend_factor = 0.8;
  MinuteLoads load = load_of(tenant, 8);
  for (std::size_t day = 0; day < 8; ++day) {
    const bool weekend = day == 5 || day == 6;  // it begins on a Monday
    EXPECT_NEAR(mean_of(load.runners, day * kDay, kDay), weekend ? 6.4 : 8, 0.02) << day;
  }
  tenant.silent_weekends = true;
  GeneratorConfig config;
  config.days = 4;
  config.first_day = sim::Weekday::kFriday;
  config.tenants = {tenant};
  load = loads_of(config)["a"];
  EXPECT_EQ(mean_of(load.calls, kDay, 2 * kDay), 0);
  EXPECT_GT(*std::min_element(load.calls.begin(), load.calls.begin() + kDay), 0);
  EXPECT_GT(*std::min_element(load.calls.begin() + 3 * kDay, load.calls.end()), 0);
}

TEST(GeneratedTenants, FlashCrowdsHaveTheirHeight) {
  TenantConfig tenant = even_tenant();
  LoadShape crowd;
  crowd.at = 12h;
  crowd.length = 25min;
  crowd.crowd = 5;
  crowd.rise = 4min;
  crowd.fall = 10min;
  tenant.shapes = {crowd};
  const MinuteLoads load = load_of(tenant);
  EXPECT_NEAR(load.runners[719], 8, 0.1);
  EXPECT_NEAR(load.runners[720], 8 + 32.0 / 4, 0.1);
  EXPECT_NEAR(mean_of(load.runners, 723, 12), 40, 0.1);
  EXPECT_NEAR(load.runners[740], 8 + 32.0 / 2, 0.1);
  EXPECT_NEAR(load.runners[744], 8 + 32.0 / 10, 0.1);
  EXPECT_NEAR(mean_of(load.runners, 745, 600), 8, 0.1);
}

TEST(GeneratedTenants, FlashCrowdsComeAgain) {
  TenantConfig tenant = even_tenant();
  LoadShape crowd;
  crowd.at = 6h;
  crowd.length = 30min;
  crowd.every = 12h;
  tenant.shapes = {crowd};
  const MinuteLoads load = load_of(tenant, 2);
  for (const std::size_t begin : {360U, 1080U, 1800U, 2520U}) {
    EXPECT_NEAR(load.runners[begin + 10], 80, 0.2) << begin;
    EXPECT_NEAR(load.runners[begin - 1], 8, 0.2) << begin;
  }
}

TEST(GeneratedTenants, HerdsComeOnTheFullHour) {
  TenantConfig tenant = even_tenant();
  LoadShape herd;
  herd.kind = ShapeKind::kHerd;
  herd.every = 1h;
  herd.share_percent = 80;
  tenant.shapes = {herd};
  const MinuteLoads load = load_of(tenant);
  double on_the_hour = 0;
  for (std::size_t minute = 0; minute < kDay; minute += 60) {
    on_the_hour += load.calls[minute];
  }
  // And the fiftieth part of the rest.
  const double all = mean_of(load.calls) * kDay;
  EXPECT_NEAR(on_the_hour / all, 0.8 + 0.2 / 60, 0.002);
  EXPECT_NEAR(mean_of(load.runners), 8, 0.02);
}

TEST(GeneratedTenants, SawTeethStandAroundTheirRunners) {
  TenantConfig tenant = even_tenant();
  tenant.load_gib = 3;  // gives way to the teeth
  LoadShape teeth;
  teeth.kind = ShapeKind::kSawTooth;
  teeth.every = 40min;
  teeth.runners = 8;
  teeth.swing_runners = 2;
  tenant.shapes = {teeth};
  const MinuteLoads load = load_of(tenant);
  EXPECT_NEAR(mean_of(load.runners), 8, 0.02);
  for (std::size_t begin = 0; begin < kDay; begin += 40) {
    EXPECT_NEAR(load.runners[begin], 6.05, 0.12) << begin;
    EXPECT_NEAR(load.runners[begin + 20], 8.05, 0.12) << begin;
    EXPECT_NEAR(load.runners[begin + 39], 9.95, 0.12) << begin;
  }
}

TEST(GeneratedTenants, TimersFireExactly) {
  TenantConfig tenant = even_tenant();
  tenant.pattern = CallPattern::kTimer;
  tenant.load_gib = 0;
  tenant.calls_per_day = 1440;
  tenant.functions = 2;
  tenant.zipf = 0;
  tenant.timer_periods = {sim::TimerPeriod{5min}, sim::TimerPeriod{1h}};
  tenant.peak_to_trough = 3;  // not for timers
  LoadShape silence;
  silence.kind = ShapeKind::kSilence;
  silence.at = 10h;
  silence.length = 1h;
  tenant.shapes = {silence};
  const MinuteLoads load = load_of(tenant);
  for (std::size_t minute = 0; minute < kDay; ++minute) {
    const bool silent = minute >= 600 && minute < 660;
    // Half a call a minute each: 3 (rounded up from 2.5) each fifth minute, 30 each hour.
    const double expected = (minute % 5 == 0 ? 3 : 0) + (minute % 60 == 0 ? 30 : 0);
    EXPECT_EQ(load.calls[minute], silent ? 0 : expected) << minute;
  }
}

TEST(GeneratedTenants, BurstsAreBursts) {
  TenantConfig tenant = even_tenant();
  tenant.load_gib = 0;
  tenant.functions = 1;
  tenant.calls_per_day = 28'800;  // 20 a minute: each minute has a rate of its own
  tenant.pattern = CallPattern::kBursty;
  const std::vector<double> calls = load_of(tenant).calls;
  const double mean = mean_of(calls);
  EXPECT_NEAR(mean, 20, 0.5);
  double squares = 0;
  for (const double count : calls) {
    squares += (count - mean) * (count - mean) / kDay;
  }
  // Rates are Weibull with shape 0.4176, whose deviation is 2.93 times the mean; heavy tails make
  // that of a sample smaller.
  EXPECT_GT(std::sqrt(squares) / mean, 1.8);
  EXPECT_LT(std::sqrt(squares) / mean, 4);
}

TEST(GeneratedTenants, ShareAppsMemoryAndTimes) {
  TenantConfig tenant = even_tenant();
  tenant.functions = 6;
  tenant.apps = 2;
  tenant.memory_choices = {core::MemoryMib{128}, core::MemoryMib{512}, core::MemoryMib{64}};
  tenant.run_mean = 2s;
  tenant.run_spread_percent = 20;
  tenant.trigger = "queue";
  GeneratorConfig config;
  config.tenants = {tenant};
  const sim::Population population = make_population(config, 1);
  ASSERT_EQ(population.functions.size(), 6U);
  EXPECT_EQ(population.functions[4].memory_mib, 512);
  EXPECT_EQ(population.functions[4].app, "a-app-0");
  EXPECT_EQ(population.functions[4].name, "a-4");
  EXPECT_EQ(population.functions[4].trigger, "queue");
  for (std::size_t number = 0; number < 5; ++number) {
    const auto average =
        std::chrono::duration<double>(population.functions[number].durations.average);
    EXPECT_NEAR(average.count(), 1.6 + 0.2 * static_cast<double>(number), 1e-6);
  }
}

TEST(MinuteCounts, PoissonCountsHaveEqualMeanAndVariance) {
  for (const double mean : {0.01, 0.7, 5.0, 11.9, 12.1, 60.0, 5000.0}) {
    constexpr int kCounts = 100'000;
    double sum = 0;
    double squares = 0;
    for (int number = 0; number < kCounts; ++number) {
      const double count = sim::poisson_quantile(mean, (number + 0.5) / kCounts);
      sum += count;
      squares += (count - mean) * (count - mean);
    }
    EXPECT_NEAR(sum / kCounts / mean, 1, 0.002) << mean;
    EXPECT_NEAR(squares / kCounts / mean, 1, 0.01) << mean;
  }
  EXPECT_EQ(sim::poisson_quantile(0, 0.999), 0U);
  EXPECT_EQ(sim::poisson_quantile(1e12, 0.5), 4'000'000'000U);
}

TEST(MinuteCounts, DoNotDependOnWhatWasAskedBefore) {
  GeneratorConfig config;
  config.platform.apps = 50;
  config.tenants = {even_tenant()};
  config.tenants.front().pattern = CallPattern::kBursty;
  const sim::Population population = make_population(config, 3);
  sim::MinuteCounts forward(population);
  sim::MinuteCounts backward(population);
  const auto functions = static_cast<std::uint32_t>(population.rates.size());
  std::vector<std::uint32_t> counts;
  for (std::int64_t minute = 0; minute < 300; ++minute) {
    for (std::uint32_t function = 0; function < functions; ++function) {
      counts.push_back(forward.count(function, minute));
    }
  }
  for (std::int64_t minute = 299; minute >= 0; --minute) {
    for (std::uint32_t function = functions; function > 0; --function) {
      ASSERT_EQ(backward.count(function - 1, minute), counts.back());
      counts.pop_back();
    }
  }
}

}  // namespace
}  // namespace fn::tests
