// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/platform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "core/base/rng.h"
#include "sim/trace/generate/app_plan.h"
#include "sim/trace/generate/minute_counts.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr std::size_t kTimer = static_cast<std::size_t>(Trigger::kTimer);

constexpr double kDayMinutes = kMinutesPerDay;

// Apps above this make the sum what it is: they follow its profile and have no bursts.
constexpr double kGiantCallsPerDay = 500'000;
constexpr double kMostBurstyPerDay = 60 * 1440;

// Timers fire so often; below a minute so many times in each.
constexpr std::array<std::uint32_t, 4> kPeriods = {1, 5, 15, 60};
constexpr std::array<std::uint32_t, 3> kFirings = {2, 3, 6};

// Draw number `index` of an app or function, as a number in (0, 1).
double unit_at(std::uint64_t key, std::uint64_t index) {
  return open_unit(draw_at(key, index));
}

std::string numbered(const char* prefix, std::uint32_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, digits.size() < 5 ? 5 - digits.size() : 0, '0');
  return prefix + digits;
}

class PlatformBuilder {
 public:
  PlatformBuilder(const GeneratorConfig& config,
                  std::uint64_t seed,
                  std::int64_t minutes,
                  Population& population)
      : config_(config), minutes_(minutes), population_(population), rng_(seed) {
    rng_ = rng_.fork("generate/platform");
  }

  void build(const std::vector<AppPlan>& apps) {
    giant_profile_ = static_cast<std::uint32_t>(population_.profiles.size());
    add_profile(0, 0);
    std::uint32_t owners = 0;
    for (const AppPlan& app : apps) {
      owners = std::max(owners, app.owner + 1);
    }
    for (std::uint32_t owner = 0; owner < owners; ++owner) {
      const std::uint64_t key = rng_.fork(numbered("owner-", owner)).next();
      const double most = config_.platform.swing_percent / 100;
      add_profile(most * unit_at(key, 0), unit_at(key, 1));
    }
    const std::size_t first = population_.functions.size();
    for (std::uint32_t number = 0; number < apps.size(); ++number) {
      add_app(apps[number], number);
    }
    draw_durations(first);
  }

 private:
  void add_profile(double swing, double peak_day) {
    RateProfile profile;
    profile.hourly = true;
    profile.by_the_hour = true;
    profile.swing = swing;
    profile.peak_day = peak_day;
    profile.weekend = config_.platform.weekend_factor;
    profile.first_day = config_.first_day;
    normalise(profile);
    population_.profiles.push_back(std::move(profile));
  }

  void add_app(const AppPlan& app, std::uint32_t number) {
    const std::string name = numbered("app-", number);
    const std::uint64_t key = rng_.fork(name).next();
    const bool giant = app.calls_per_day > kGiantCallsPerDay;
    const bool bursty = app.timers() == 0 && app.calls_per_day <= kMostBurstyPerDay &&
                        unit_at(key, 0) * 100 < config_.platform.bursty_percent;
    const double mib = std::clamp(app_memory_mib_quantile(unit_at(key, 1)),
                                  1.0,
                                  static_cast<double>(config_.platform.most_memory.value));
    FunctionRate rate;
    rate.profile = giant ? giant_profile_ : giant_profile_ + 1 + app.owner;
    rate.pattern = bursty ? CallPattern::kBursty : CallPattern::kPoisson;
    core::TraceFunction function;
    function.tenant = numbered("owner-", app.owner);
    function.app = name;
    function.memory_mib = std::llround(mib);
    const double by_timers = add_timers(app, function, rate);
    // Timers that fire too often for the app leave something to the others.
    constexpr double kLeast = 0.05;
    const double left = std::max(app.calls_per_day - by_timers, kLeast * app.calls_per_day);
    add_others(app, left / kDayMinutes, function, rate);
  }

  // Returns the calls that timers make in a day.
  double add_timers(const AppPlan& app, core::TraceFunction function, FunctionRate rate) {
    const std::uint32_t timers = app.timers();
    // Of an app of several triggers the timers make some of the calls only.
    constexpr double kShare = 0.8;
    const double budget = app.calls_per_day * (app.only_timers() ? 1 : kShare);
    double sum = 0;
    function.trigger = kTriggerNames[kTimer];
    rate.pattern = CallPattern::kTimer;
    for (std::uint32_t timer = 0; timer < timers; ++timer) {
      rate.key = name_function(function);
      // Where there is nothing else, the last timers make up for the first.
      const double left = std::max(budget - (app.only_timers() ? sum : 0), 1.0);
      set_timer(app.only_timers(), left / (app.only_timers() ? timers - timer : timers), rate);
      rate.calls_per_minute = static_cast<double>(rate.calls_per_firing) / rate.timer_minutes;
      sum += rate.calls_per_minute * kDayMinutes;
      add(function, rate);
    }
    return sum;
  }

  void set_timer(bool only_timers, double calls_per_day, FunctionRate& rate) const {
    const double draw = unit_at(rate.key, 1);
    const bool aligned = unit_at(rate.key, 2) * 100 < config_.platform.aligned_percent;
    rate.calls_per_firing = 1;
    rate.timer_minutes = kPeriods.back();
    if (only_timers) {
      // What comes nearest, by ratio, to the app's popularity.
      for (const std::uint32_t period : kPeriods) {
        const double more = kDayMinutes / period / calls_per_day;
        const double less = calls_per_day * rate.timer_minutes / kDayMinutes;
        rate.timer_minutes =
            std::max(more, 1 / more) < std::max(less, 1 / less) ? period : rate.timer_minutes;
      }
    } else {
      // As often as it may or more rarely, each with the same chance.
      std::size_t first = 0;
      while (first + 1 < kPeriods.size() && kDayMinutes / kPeriods[first] > calls_per_day) {
        ++first;
      }
      const std::size_t choices = kPeriods.size() - first;
      rate.timer_minutes =
          kPeriods[first + static_cast<std::size_t>(draw * static_cast<double>(choices))];
    }
    constexpr double kOftenShare = 0.2;
    for (const std::uint32_t firings : kFirings) {
      if (firings * kDayMinutes <= calls_per_day && unit_at(rate.key, 3) < kOftenShare) {
        rate.timer_minutes = 1;
        rate.calls_per_firing = firings;
      }
    }
    const double phase = unit_at(rate.key, 4) * rate.timer_minutes;
    rate.timer_phase = aligned ? 0 : static_cast<std::uint32_t>(phase);
  }

  void add_others(const AppPlan& app,
                  double calls_per_minute,
                  core::TraceFunction function,
                  FunctionRate rate) {
    for (const FunctionShare& each : function_shares(app)) {
      function.trigger = kTriggerNames[static_cast<std::size_t>(each.trigger)];
      rate.calls_per_minute = calls_per_minute * each.share;
      rate.key = name_function(function);
      if (rate.pattern == CallPattern::kBursty) {
        set_bursts(rate, minutes_);
      }
      add(function, rate);
    }
  }

  std::uint64_t name_function(core::TraceFunction& function) {
    function.name = numbered("fn-", static_cast<std::uint32_t>(population_.functions.size()));
    return rng_.fork(function.name).next();
  }

  void add(const core::TraceFunction& function, const FunctionRate& rate) {
    population_.functions.push_back(function);
    population_.rates.push_back(rate);
  }

  // Logarithms of averages are normal, and correlated with popularity's rank.
  void draw_durations(std::size_t first) {
    const std::size_t size = population_.functions.size() - first;
    const auto rate_of = [this, first](std::size_t number) {
      return population_.rates[first + number].calls_per_minute;
    };
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&rate_of](std::size_t left, std::size_t right) {
      return rate_of(left) < rate_of(right);
    });
    // Chosen: the calls of the sum then run half a second on average, as in published samples.
    constexpr double kCorrelation = -0.35;
    const double own = std::sqrt(1 - kCorrelation * kCorrelation);
    for (std::size_t rank = 0; rank < size; ++rank) {
      const std::size_t number = first + order[rank];
      const std::uint64_t key = core::mix64(population_.rates[number].key);
      const double popular =
          normal_quantile((static_cast<double>(rank) + 0.5) / static_cast<double>(size));
      const double z = kCorrelation * popular + own * normal_quantile(unit_at(key, 0));
      constexpr double kNsPerS = 1e9;
      constexpr double kLeastSigma = 0.2;
      constexpr double kMostSigma = 0.8;
      population_.functions[number].durations = durations_around(
          run_mean_s_at(z) * kNsPerS, kLeastSigma + (kMostSigma - kLeastSigma) * unit_at(key, 1));
    }
  }

  const GeneratorConfig& config_;
  std::int64_t minutes_;
  Population& population_;
  core::Rng rng_;
  std::uint32_t giant_profile_ = 0;
};

}  // namespace

void add_platform(const GeneratorConfig& config,
                  std::uint64_t seed,
                  std::int64_t minutes,
                  Population& population) {
  if (config.platform.apps == 0) {
    return;
  }
  PlatformBuilder(config, seed, minutes, population).build(plan_apps(config.platform, seed));
  population.notes.insert(
      population.notes.end(),
      {"platform: quantiles of calls per app, functions per app, triggers, execution times and "
       "memory as published for Azure Functions 2019; which app has what is drawn",
       "platform: apps per owner, an owner's daily swing, bursts and the share of timers on full "
       "minutes are chosen, not published",
       "platform: popular functions run shorter (rank correlation -0.35, chosen)"});
}

}  // namespace fn::sim
