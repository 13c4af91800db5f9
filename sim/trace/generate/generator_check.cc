// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/generator_check.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <set>
#include <string>
#include <utility>

#include "core/config/unit.h"

namespace fn::sim {

namespace {

constexpr double kMostFunctions = 1'000'000;
constexpr double kMostDays = 366;
constexpr double kMostCallsPerDay = 1e11;
constexpr double kMostGib = 1e6;
constexpr double kMostMib = 16.0 * 1024 * 1024;
constexpr core::Duration kDay = std::chrono::hours(24);
constexpr core::Duration kMinute = std::chrono::minutes(1);
// No count of functions is larger before the sum is looked at; apps have 2.7 functions on average.
constexpr double kMostApps = 350'000;

std::string text_of(double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.10g", value);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

// Keeps the first complaint; later checks then change nothing.
class Checker {
 public:
  void enter(std::string place) { place_ = std::move(place); }

  void require(bool holds, const char* key, const std::string& expected, const std::string& found) {
    if (!holds && first_.empty()) {
      first_ = place_ + "." + key + ": expected " + expected + ", found " + found;
    }
  }

  // A NaN is within nothing.
  void within(const char* key, double value, double low, double high) {
    require(value >= low && value <= high,
            key,
            "a number from " + text_of(low) + " to " + text_of(high),
            text_of(value));
  }

  void minutes(const char* key, core::Duration value, core::Duration low, core::Duration high) {
    require(value >= low && value <= high && value % kMinute == core::Duration::zero(),
            key,
            "whole minutes from " + core::duration_text(low) + " to " + core::duration_text(high),
            core::duration_text(value));
  }

  [[nodiscard]] core::Status status() const {
    return first_.empty() ? core::Status() : core::fail(core::ErrorCode::kInvalidArgument, first_);
  }

 private:
  std::string place_;
  std::string first_;
};

void check_platform(Checker& check, const PlatformConfig& platform) {
  check.enter("platform");
  check.within("apps", platform.apps, 0, kMostApps);
  check.within("calls_per_day", static_cast<double>(platform.calls_per_day), 0, kMostCallsPerDay);
  check.within("apps_per_owner", platform.apps_per_owner, 1, 100);
  check.within("weekend_factor", platform.weekend_factor, 0, 100);
  check.within("swing_percent", platform.swing_percent, 0, 100);
  check.within("bursty_percent", platform.bursty_percent, 0, 100);
  check.within("aligned_percent", platform.aligned_percent, 0, 100);
  check.within("most_memory_mib", static_cast<double>(platform.most_memory.value), 1, kMostMib);
}

void check_shape(Checker& check, const LoadShape& shape, CallPattern pattern) {
  constexpr core::Duration kLongest = static_cast<int>(kMostDays) * kDay;
  const std::string every = core::duration_text(shape.every);
  check.minutes("at_hours", shape.at, core::Duration::zero(), kLongest);
  check.minutes("every_minutes", shape.every, core::Duration::zero(), kLongest);
  check.require(pattern != CallPattern::kTimer || shape.kind == ShapeKind::kSilence,
                "kind",
                "silence where arrivals = \"timer\", since timers keep their rate",
                std::string(kShapeKindNames[static_cast<std::size_t>(shape.kind)]));
  switch (shape.kind) {
    case ShapeKind::kFlashCrowd:
      check.within("crowd_factor", shape.crowd, 0, 10'000);
      check.minutes("rise_minutes", shape.rise, core::Duration::zero(), kLongest);
      check.minutes("fall_minutes", shape.fall, core::Duration::zero(), kLongest);
      check.require(shape.rise + shape.fall <= shape.length,
                    "length_minutes",
                    "at least rise_minutes + fall_minutes",
                    core::duration_text(shape.length));
      [[fallthrough]];
    case ShapeKind::kSilence:
      check.minutes("length_minutes", shape.length, kMinute, kLongest);
      check.require(shape.every == core::Duration::zero() || shape.every >= shape.length,
                    "every_minutes",
                    "0 (once) or at least length_minutes",
                    every);
      break;
    case ShapeKind::kHerd:
      check.within("share_percent", shape.share_percent, 0, 100);
      check.minutes("every_minutes", shape.every, 2 * kMinute, kLongest);
      break;
    case ShapeKind::kSawTooth:
      check.within("level_runners", shape.runners, 0, 100'000);
      check.within("swing_runners", shape.swing_runners, 0, shape.runners);
      check.within(
          "runner_memory_mib", static_cast<double>(shape.runner_memory.value), 1, kMostMib);
      check.minutes("every_minutes", shape.every, 2 * kMinute, kLongest);
      break;
  }
}

bool is_name(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
             ".") == std::string::npos;
}

void check_amounts(Checker& check, const TenantConfig& tenant) {
  constexpr double kMillisecondsPerDay = 86'400e3;
  check.within(
      "run_mean_ms", static_cast<double>(tenant.run_mean.count()) / 1e6, 1, kMillisecondsPerDay);
  check.within("run_spread_percent", tenant.run_spread_percent, 0, 90);
  check.within("run_sigma", tenant.run_sigma, 0, 3);
  check.require(!tenant.memory_choices.empty(), "memory_mib", "at least one amount", "none");
  for (const core::MemoryMib choice : tenant.memory_choices) {
    check.within("memory_mib", static_cast<double>(choice.value), 1, kMostMib);
  }
  check.require(!tenant.timer_periods.empty(), "timer_minutes", "at least one period", "none");
  for (const TimerPeriod& period : tenant.timer_periods) {
    check.minutes("timer_minutes", period.value, kMinute, 7 * kDay);
  }
}

void check_tenant(Checker& check, const TenantConfig& tenant, const std::string& place) {
  check.enter(place);
  check.require(is_name(tenant.name),
                "name",
                "1 to 64 letters, digits, \"_\", \"-\" and \".\"",
                tenant.name.empty() ? "none" : "\"" + tenant.name + "\"");
  check.within("functions", tenant.functions, 1, kMostFunctions);
  check.within("apps", tenant.apps, 1, tenant.functions);
  check.require(is_name(tenant.trigger), "trigger", "a word such as http", tenant.trigger);
  check.within("calls_per_day", static_cast<double>(tenant.calls_per_day), 0, kMostCallsPerDay);
  check.within("load_gib", tenant.load_gib, 0, kMostGib);
  check.require((tenant.calls_per_day > 0) != (tenant.load_gib > 0),
                "load_gib",
                "either load_gib or calls_per_day above 0",
                tenant.load_gib > 0 ? "both" : "neither");
  check.within("zipf", tenant.zipf, 0, 10);
  check_amounts(check, tenant);
  check.within("peak_to_trough", tenant.peak_to_trough, 1, 1e6);
  check.minutes("peak_hours", tenant.peak, core::Duration::zero(), kDay);
  check.within("weekend_factor", tenant.weekend_factor, 0, 100);
  std::size_t teeth = 0;
  for (std::size_t index = 0; index < tenant.shapes.size(); ++index) {
    check.enter(place + ".shapes[" + std::to_string(index) + "]");
    check_shape(check, tenant.shapes[index], tenant.pattern);
    teeth += tenant.shapes[index].kind == ShapeKind::kSawTooth ? 1U : 0U;
    check.require(teeth <= 1, "kind", "at most one saw-tooth of a tenant", "another one");
  }
}

}  // namespace

core::Status check_generator(const GeneratorConfig& config) {
  Checker check;
  check.enter("trace");
  check.within("days", config.days, 1, kMostDays);
  check_platform(check, config.platform);
  check.enter("platform");
  check.require(config.platform.apps > 0 || !config.tenants.empty(),
                "apps",
                "a number above 0, or at least one [[tenants]]",
                "neither");
  std::set<std::string> names;
  double functions = 0;
  for (std::size_t number = 0; number < config.tenants.size(); ++number) {
    const TenantConfig& tenant = config.tenants[number];
    const std::string place = "tenants[" + std::to_string(number) + "]";
    check_tenant(check, tenant, place);
    check.enter(place);
    check.require(names.insert(tenant.name).second,
                  "name",
                  "each name once",
                  "\"" + tenant.name + "\" again");
    functions += tenant.functions;
    check.within("functions, summed", functions, 1, kMostFunctions);
  }
  return check.status();
}

}  // namespace fn::sim
