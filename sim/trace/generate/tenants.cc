// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/tenants.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/rng.h"
#include "sim/trace/generate/fits.h"
#include "sim/trace/generate/minute_counts.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr double kMibPerGib = 1024;
constexpr double kNsPerS = 1e9;

RateProfile profile_of(const GeneratorConfig& config, const TenantConfig& tenant) {
  RateProfile profile;
  // A sine from trough to peak around 1.
  profile.swing = (tenant.peak_to_trough - 1) / (tenant.peak_to_trough + 1);
  profile.peak_day = static_cast<double>(tenant.peak.count()) / (86'400 * kNsPerS);
  profile.weekend = tenant.silent_weekends ? 0 : tenant.weekend_factor;
  profile.first_day = config.first_day;
  profile.shapes = tenant.shapes;
  return profile;
}

core::TraceFunction function_of(const TenantConfig& tenant,
                                std::uint32_t number,
                                std::uint64_t key) {
  core::TraceFunction function;
  function.tenant = tenant.name;
  function.app = tenant.name + "-app-" + std::to_string(number % tenant.apps);
  function.name = tenant.name + "-" + std::to_string(number);
  function.trigger = tenant.trigger;
  if (tenant.memory == AmountSource::kAzure2019) {
    // One draw per app.
    const std::uint64_t app_key = core::Rng(key).fork(function.app).next();
    function.memory_mib = static_cast<std::int64_t>(
        std::max(1.0, app_memory_mib_quantile(open_unit(draw_at(app_key, 0))) + 0.5));
  } else {
    function.memory_mib = tenant.memory_choices[number % tenant.memory_choices.size()].value;
  }
  double mean_ns = static_cast<double>(tenant.run_mean.count());
  if (tenant.durations == AmountSource::kAzure2019) {
    const std::uint64_t own_key = core::Rng(key).fork(function.name).next();
    mean_ns = kNsPerS * run_mean_s_at(normal_quantile(open_unit(draw_at(own_key, 0))));
  } else {
    // From one end to the other in five steps, so that popular functions are not all at one end.
    constexpr std::uint32_t kSteps = 5;
    const double step = static_cast<double>(number % kSteps) / (kSteps - 1) * 2 - 1;
    mean_ns *= 1 + step * tenant.run_spread_percent / 100;
  }
  function.durations = durations_around(mean_ns, tenant.run_sigma);
  return function;
}

// GiB held by calls in execution where one call comes per minute.
double gib_of(const core::TraceFunction& function) {
  return static_cast<double>(function.durations.average.count()) / kNsPerS / 60 *
         static_cast<double>(function.memory_mib) / kMibPerGib;
}

void set_timer(const TenantConfig& tenant, std::uint32_t number, FunctionRate& rate) {
  const core::Duration period = tenant.timer_periods[number % tenant.timer_periods.size()].value;
  rate.timer_minutes =
      static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::minutes>(period).count());
  rate.calls_per_firing = static_cast<std::uint32_t>(
      std::clamp(rate.calls_per_minute * rate.timer_minutes + 0.5, 1.0, 1e9));
}

void add_tenant(const GeneratorConfig& config,
                const TenantConfig& tenant,
                const core::Rng& rng,
                std::int64_t minutes,
                Population& population) {
  const std::uint64_t key = core::Rng(rng).next();
  const std::size_t first = population.functions.size();
  double weights = 0;
  double gib = 0;  // of one call per minute
  for (std::uint32_t number = 0; number < tenant.functions; ++number) {
    core::TraceFunction function = function_of(tenant, number, key);
    const double weight = power(number + 1.0, -tenant.zipf);
    weights += weight;
    gib += weight * gib_of(function);
    FunctionRate rate;
    rate.key = rng.fork(function.name).next();
    rate.calls_per_minute = weight;
    rate.profile = static_cast<std::uint32_t>(population.profiles.size());
    rate.pattern = tenant.pattern;
    population.functions.push_back(std::move(function));
    population.rates.push_back(rate);
  }
  const double scale = tenant.load_gib > 0 ? tenant.load_gib / gib
                                           : static_cast<double>(tenant.calls_per_day) /
                                                 static_cast<double>(kMinutesPerDay) / weights;
  for (std::uint32_t number = 0; number < tenant.functions; ++number) {
    FunctionRate& rate = population.rates[first + number];
    rate.calls_per_minute *= scale;
    if (tenant.pattern == CallPattern::kTimer) {
      set_timer(tenant, number, rate);
    } else if (tenant.pattern == CallPattern::kBursty) {
      set_bursts(rate, minutes);
    }
  }
  RateProfile profile = profile_of(config, tenant);
  profile.load_gib = gib * scale;
  population.profiles.push_back(std::move(profile));
}

}  // namespace

void add_tenants(const GeneratorConfig& config,
                 std::uint64_t seed,
                 std::int64_t minutes,
                 Population& population) {
  const core::Rng rng = core::Rng(seed).fork("generate/tenants");
  for (const TenantConfig& tenant : config.tenants) {
    add_tenant(config, tenant, rng.fork(tenant.name), minutes, population);
  }
}

}  // namespace fn::sim
