// SPDX-License-Identifier: Apache-2.0
//
// Goal: arrival processes have the rates, shapes and bounds that their configuration asks for, are
// repeatable, and a nonsensical configuration is refused with the place and the key.

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "sim/workload/sampling.h"
#include "sim/workload/workload.h"
#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using sim::Arrival;
using sim::ArrivalProcess;
using sim::FunctionFamily;
using sim::SyntheticConfig;
using sim::Workload;

SyntheticConfig one_family(FunctionFamily family, core::Duration duration) {
  SyntheticConfig config;
  config.groups.emplace_back().families.push_back(std::move(family));
  config.duration = duration;
  return config;
}

std::vector<Arrival> arrivals_of(const SyntheticConfig& config, std::uint64_t seed = 1) {
  core::Result<Workload> workload = sim::make_synthetic(config, seed);
  EXPECT_TRUE(workload) << workload.error().message;
  std::vector<Arrival> arrivals = drain(*workload->groups.at(0).arrivals);
  EXPECT_TRUE(ordered(arrivals));
  return arrivals;
}

double seconds(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::size_t calls_between(const std::vector<Arrival>& arrivals,
                          core::Duration from,
                          core::Duration to) {
  return static_cast<std::size_t>(std::count_if(arrivals.begin(), arrivals.end(), [&](auto& call) {
    return call.at >= core::Instant(from) && call.at < core::Instant(to);
  }));
}

TEST(Synthetic, PoissonGapsAreExponential) {
  FunctionFamily family;
  family.arrivals.rate_per_s = 50;
  const std::vector<Arrival> arrivals = arrivals_of(one_family(family, 2'000s));
  EXPECT_NEAR(static_cast<double>(arrivals.size()), 100'000, 1'000);
  std::vector<double> gaps;
  for (std::size_t index = 1; index < arrivals.size(); ++index) {
    gaps.push_back(seconds(arrivals[index].at - arrivals[index - 1].at));
  }
  std::sort(gaps.begin(), gaps.end());
  double distance = 0;
  for (std::size_t index = 0; index < gaps.size(); ++index) {
    const double below = static_cast<double>(index) / static_cast<double>(gaps.size());
    distance = std::max(distance, std::abs(1 - std::exp(-50 * gaps[index]) - below));
  }
  EXPECT_LT(distance * std::sqrt(static_cast<double>(gaps.size())), 1.95);
}

TEST(Synthetic, ConstantCallsAreOneStepApartFromTheStart) {
  FunctionFamily family;
  family.arrivals.process = ArrivalProcess::kConstant;
  family.arrivals.rate_per_s = 4;
  family.arrivals.start = 10s;
  const std::vector<Arrival> arrivals = arrivals_of(one_family(family, 11s));
  ASSERT_EQ(arrivals.size(), 4U);
  EXPECT_EQ(arrivals[0].at, core::Instant(10s));
  EXPECT_EQ(arrivals[3].at, core::Instant(10'750ms));
  EXPECT_EQ(arrivals[3].index, 3U);
}

TEST(Synthetic, AStepChangesTheRateAtItsTime) {
  FunctionFamily family;
  family.arrivals.process = ArrivalProcess::kStep;
  family.arrivals.rate_per_s = 50;
  family.arrivals.step_at = 100s;
  family.arrivals.step_rate_per_s = 100;
  family.arrivals.even = true;
  const std::vector<Arrival> arrivals = arrivals_of(one_family(family, 130s));
  EXPECT_EQ(calls_between(arrivals, 0s, 100s), 5'000U);
  EXPECT_EQ(calls_between(arrivals, 100s, 130s), 3'000U);
  EXPECT_EQ(arrivals[5'001].at, core::Instant(100'010ms));
}

TEST(Synthetic, ASineSwingsBetweenPeakAndTrough) {
  FunctionFamily family;
  family.arrivals.process = ArrivalProcess::kSine;
  family.arrivals.rate_per_s = 20;
  family.arrivals.sine_period = 1h;
  family.arrivals.sine_peak_to_trough = 3;
  family.arrivals.even = true;
  const std::vector<Arrival> arrivals = arrivals_of(one_family(family, 3h));
  EXPECT_NEAR(static_cast<double>(arrivals.size()), 3 * 72'000, 2);
  // Rising through the mean at 0, peak after a quarter, trough after three quarters.
  EXPECT_NEAR(static_cast<double>(calls_between(arrivals, 14min, 16min)), 30 * 120, 20);
  EXPECT_NEAR(static_cast<double>(calls_between(arrivals, 104min, 106min)), 10 * 120, 20);
  family.arrivals.sine_phase = 0.25;
  const std::vector<Arrival> from_peak = arrivals_of(one_family(family, 1h));
  EXPECT_NEAR(static_cast<double>(calls_between(from_peak, 0min, 1min)), 30 * 60, 10);
}

TEST(Synthetic, BurstsComeOnceOrAgainAndAgain) {
  FunctionFamily family;
  family.arrivals.process = ArrivalProcess::kBurst;
  family.arrivals.rate_per_s = 1;
  family.arrivals.burst_at = 100s;
  family.arrivals.burst_length = 10s;
  family.arrivals.burst_rate_per_s = 200;
  family.arrivals.even = true;
  std::vector<Arrival> arrivals = arrivals_of(one_family(family, 1'000s));
  EXPECT_NEAR(static_cast<double>(calls_between(arrivals, 100s, 110s)), 2'000, 1);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), 990 + 2'000, 2);
  family.arrivals.burst_every = 300s;
  arrivals = arrivals_of(one_family(family, 1'000s));
  EXPECT_NEAR(static_cast<double>(calls_between(arrivals, 700s, 710s)), 2'000, 1);
  EXPECT_NEAR(static_cast<double>(arrivals.size()), 970 + 3 * 2'000, 4);
}

TEST(Synthetic, RareBurstsCostNoTimePerCycle) {
  FunctionFamily family;
  family.arrivals.process = ArrivalProcess::kBurst;
  family.arrivals.rate_per_s = 0;
  family.arrivals.burst_length = 1ms;
  family.arrivals.burst_every = 1ms;
  family.arrivals.burst_rate_per_s = 1e-9;
  SyntheticConfig config = one_family(family, {});
  config.calls = 3;
  core::Result<Workload> workload = sim::make_synthetic(config, 1);
  std::vector<Arrival> arrivals;
  workload->groups[0].arrivals->fill(core::kNever, arrivals);
  EXPECT_LE(arrivals.size(), 3U);
  EXPECT_TRUE(workload->groups[0].arrivals->exhausted());
}

TEST(Synthetic, ARateOfZeroEndsAtOnce) {
  FunctionFamily family;
  family.arrivals.rate_per_s = 0;
  core::Result<Workload> workload = sim::make_synthetic(one_family(family, 1h), 1);
  EXPECT_TRUE(workload->groups[0].arrivals->exhausted());
}

TEST(Synthetic, CallsBoundAGroupExactly) {
  SyntheticConfig config;
  config.calls = 12'345;
  for (const char* name : {"a", "b", "c"}) {
    FunctionFamily family;
    family.name = name;
    family.count = 5;
    family.arrivals.rate_per_s = 30;
    config.groups.resize(1);
    config.groups[0].families.push_back(family);
  }
  const std::vector<Arrival> arrivals = arrivals_of(config);
  EXPECT_EQ(arrivals.size(), 12'345U);
  // The bound cuts the tail and nothing else.
  config.calls = 20'000;
  std::vector<Arrival> longer = arrivals_of(config);
  longer.resize(12'345);
  EXPECT_TRUE(same(arrivals, longer));
}

TEST(Synthetic, TheSliceDoesNotMatter) {
  FunctionFamily family;
  family.count = 20;
  family.zipf = 1;
  family.arrivals.rate_per_s = 100;
  const SyntheticConfig config = one_family(family, 10min);
  core::Result<Workload> one = sim::make_synthetic(config, 1);
  core::Result<Workload> two = sim::make_synthetic(config, 1);
  EXPECT_TRUE(same(drain(*one->groups[0].arrivals), drain(*two->groups[0].arrivals, 777ms)));
}

TEST(Synthetic, StreamsBelongToLabelFamilyAndSeed) {
  FunctionFamily family;
  family.name = "f";
  family.arrivals.rate_per_s = 10;
  SyntheticConfig config = one_family(family, 100s);
  const std::vector<Arrival> alone = arrivals_of(config);
  EXPECT_FALSE(same(alone, arrivals_of(config, 2)));
  // Renamed with its label kept: the same calls.
  config.groups[0].label = config.groups[0].name;
  config.groups[0].name = "renamed";
  EXPECT_TRUE(same(alone, arrivals_of(config)));
  // A second family shifts nothing.
  family.name = "g";
  config.groups[0].families.push_back(family);
  std::vector<Arrival> among = arrivals_of(config);
  among.erase(
      std::remove_if(
          among.begin(), among.end(), [](const Arrival& call) { return call.function.value != 0; }),
      among.end());
  EXPECT_TRUE(same(alone, among));
}

TEST(Synthetic, PopularFunctionsGetTheirShare) {
  FunctionFamily family;
  family.name = "f";
  family.count = 10;
  family.zipf = 1;
  family.arrivals.rate_per_s = 1'000;
  std::map<std::uint32_t, double> seen;
  for (const Arrival& arrival : arrivals_of(one_family(family, 100s))) {
    seen[arrival.function.value] += 1;
  }
  ASSERT_EQ(seen.size(), 10U);
  EXPECT_NEAR(seen[0] / seen[1], 2, 0.1);
  EXPECT_NEAR(seen[0] / seen[9], 10, 0.8);
}

TEST(Synthetic, DurationsHaveTheirShapes) {
  FunctionFamily family;
  family.arrivals.rate_per_s = 1'000;
  const auto runs = [&](double share) {
    std::vector<core::Duration> all;
    for (const Arrival& arrival : arrivals_of(one_family(family, 100s))) {
      all.push_back(arrival.run);
    }
    std::sort(all.begin(), all.end());
    return seconds(all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))]);
  };
  family.durations.mean = 2s;
  EXPECT_NEAR(runs(0.5), 2 * std::log(2), 0.03);
  family.durations.kind = sim::DurationKind::kLognormal;
  family.durations.median = 684ms;
  family.durations.sigma = 2.36;
  family.durations.longest = 300s;
  EXPECT_NEAR(runs(0.5), 0.684, 0.03);
  EXPECT_NEAR(runs(0.9), 14.08, 0.8);
  EXPECT_EQ(runs(1), 300);
  family.durations.kind = sim::DurationKind::kConstant;
  family.durations.mean = 250ms;
  EXPECT_EQ(runs(0), 0.25);
  EXPECT_EQ(runs(1), 0.25);
}

TEST(Synthetic, FirstRunsCostMoreWhenAsked) {
  FunctionFamily family;
  family.durations.kind = sim::DurationKind::kConstant;
  family.durations.mean = 2s;
  family.durations.first_run_scale = 1.5;
  family.durations.first_run_extra = 250ms;
  const SyntheticConfig config = one_family(family, 100s);
  const std::vector<Arrival> arrivals = arrivals_of(config);
  EXPECT_EQ(arrivals.at(0).first_run, 3'250ms);
  core::Result<Workload> workload = sim::make_synthetic(config, 1);
  EXPECT_EQ(workload->groups[0].functions[0].cold_overhead, 1'250ms);
}

TEST(Synthetic, DescribesItsFunctions) {
  SyntheticConfig config;
  config.calls = 1;
  for (const char* name : {"zoo", "art"}) {
    sim::SyntheticGroup& group = config.groups.emplace_back();
    group.name = name;
    FunctionFamily family;
    family.name = "f";
    family.count = 400;
    family.memory.choices = {core::MemoryMib{64}, core::MemoryMib{512}};
    group.families.push_back(family);
    family.name = "single";
    family.count = 1;
    family.timeout = 30s;
    family.memory.kind = sim::MemoryKind::kBurr;
    group.families.push_back(family);
  }
  const core::Result<Workload> workload = sim::make_synthetic(config, 1);
  ASSERT_TRUE(workload);
  EXPECT_EQ(workload->groups[0].name, "art");
  EXPECT_EQ(workload->groups[1].name, "zoo");
  const sim::GroupWorkload& group = workload->groups[0];
  ASSERT_EQ(group.functions.size(), 401U);
  EXPECT_EQ(group.function_ids[399], "f-399");
  EXPECT_EQ(group.function_ids[400], "single");
  EXPECT_EQ(group.timeouts[399], core::kForever);
  EXPECT_EQ(group.timeouts[400], 30s);
  EXPECT_GE(group.functions[400].memory.value, 60);
  const auto small = std::count_if(group.functions.begin(),
                                   group.functions.end() - 1,
                                   [](auto& spec) { return spec.memory.value == 64; });
  EXPECT_NEAR(static_cast<double>(small), 200, 40);
  EXPECT_EQ(workload->trace.calls, 0U);
}

TEST(Synthetic, RefusesNonsenseWithItsPlace) {
  const auto error = [](const std::function<void(SyntheticConfig&)>& spoil) {
    SyntheticConfig config;
    config.duration = 1h;
    config.groups.emplace_back().families.emplace_back().name = "f";
    spoil(config);
    const core::Result<Workload> made = sim::make_synthetic(config, 1);
    return made ? std::string() : made.error().message;
  };
  const std::string place = "workload.groups[0].functions[0].";
  EXPECT_EQ(error([](SyntheticConfig&) {}), "");
  EXPECT_EQ(error([](SyntheticConfig& config) {
              config.groups[0].families[0].arrivals.rate_per_s = std::nan("");
            }),
            place + "rate_per_s: expected a number from 0 to 200000, found nan");
  EXPECT_EQ(error([](SyntheticConfig& config) { config.groups[0].families[0].count = 0; }),
            place + "count: expected a number from 1 to 1000000, found 0");
  EXPECT_EQ(
      error([](SyntheticConfig& config) { config.groups[0].families[0].memory.choices.clear(); }),
      place + "memory_mib: expected at least one amount, found none");
  EXPECT_EQ(error([](SyntheticConfig& config) {
              config.groups[0].families.push_back(config.groups[0].families[0]);
            }),
            "workload.groups[0].functions[1].name: expected each name once, found 'f' again");
  EXPECT_EQ(error([](SyntheticConfig& config) { config.duration = {}; }),
            "workload.duration_s: expected a bound: duration_s or calls, found neither");
  EXPECT_NE(error([](SyntheticConfig& config) { config.groups.clear(); }), "");
  EXPECT_NE(error([](SyntheticConfig& config) { config.groups.push_back(config.groups[0]); }), "");
  EXPECT_NE(error([](SyntheticConfig& config) {
              config.groups[0].families[0].arrivals.process = ArrivalProcess::kBurst;
              config.groups[0].families[0].arrivals.burst_every = 1s;
            }),
            "");
}

}  // namespace
}  // namespace fn::tests
