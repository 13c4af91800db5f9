// SPDX-License-Identifier: Apache-2.0

#include "core/npm/npm_config.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/scaling/group_scaler.h"

namespace fn::core {

namespace {

// Collects the first thing that is wrong.
class Checker {
 public:
  void number(std::string_view field, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most) {
      say(field,
          "expected " + std::to_string(least) + " to " + std::to_string(most) + ", got " +
              std::to_string(value));
    }
  }

  void duration(std::string_view field, Duration value, Duration least, Duration most) {
    if (value < least || value > most) {
      say(field, "expected " + seconds(least) + " to " + seconds(most) + ", got " + seconds(value));
    }
  }

  void say(std::string_view field, const std::string& what) {
    if (message_.empty()) {
      message_ = std::string(field) + ": " + what;
    }
  }

  [[nodiscard]] Status result() && {
    if (!message_.empty()) {
      return fail(ErrorCode::kInvalidArgument, std::move(message_));
    }
    return {};
  }

 private:
  static std::string seconds(Duration duration) {
    constexpr Duration kMillisecond = std::chrono::milliseconds(1);
    return std::to_string(duration / kMillisecond) + " ms";
  }

  std::string message_;
};

constexpr Duration kNone{0};
constexpr Duration kShortest = std::chrono::milliseconds(1);
constexpr Duration kDay = std::chrono::hours(24);
constexpr Duration kYear = std::chrono::hours(24 * 366);
constexpr std::int64_t kMostRunners = 1'000'000;
constexpr std::int64_t kMostAmount = 0xffffffffLL;

void check_scaler_name(Checker& checker, std::string_view scaler) {
  std::string known;
  for (const std::string_view name : scaler_names()) {
    if (name == scaler) {
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  checker.say("scaler", "expected one of " + known + ", got \"" + std::string(scaler) + "\"");
}

void check_limits(Checker& checker, const ScaleLimitsConfig& limits) {
  checker.number("max_runners", limits.max_runners, 0, kMostRunners);
  checker.number("min_runners", limits.min_runners, 0, limits.max_runners);
  checker.number("headroom_runners", limits.headroom_runners, 0, kMostRunners);
  checker.duration("cooldown_up_s", limits.cooldown_up, kNone, kDay);
  checker.duration("cooldown_down_s", limits.cooldown_down, kNone, kDay);
  checker.number("step_up_runners", limits.step_up_runners, 0, kMostRunners);
  checker.duration("step_up_period_s", limits.step_up_period, kShortest, kDay);
  checker.duration("down_window_s", limits.down_window, kNone, kDay);
  checker.number("step_down_runners", limits.step_down_runners, 0, kMostRunners);
  checker.number("step_down_percent", limits.step_down_percent, 0, 100);
  checker.duration("step_down_period_s", limits.step_down_period, kShortest, kDay);
  checker.duration("last_runner_hold_s", limits.last_runner_hold, kNone, kYear);
}

void check_scalers(Checker& checker, const ScalerConfig& scaling) {
  checker.number("steady.utilisation_percent", scaling.steady.utilisation_percent, 1, 100);
  checker.duration("steady.long_wait_s", scaling.steady.long_wait, kNone, kDay);
  const KpaConfig& kpa = scaling.kpa;
  checker.number("kpa.target_percent", kpa.target_percent, 1, 100);
  checker.duration(
      "kpa.stable_window_s", kpa.stable_window, std::chrono::seconds(1), std::chrono::hours(1));
  checker.number("kpa.panic_window_percent", kpa.panic_window_percent, 1, 100);
  checker.number("kpa.panic_threshold_percent", kpa.panic_threshold_percent, 100, 100'000);
  checker.number("kpa.max_scale_up_factor", kpa.max_scale_up_rate, 1, kMostRunners);
  checker.number("kpa.max_scale_down_factor", kpa.max_scale_down_rate, 1, kMostRunners);
  checker.duration("kpa.tick_s", kpa.tick, kShortest, std::chrono::hours(1));
  checker.duration("kpa.scale_down_delay_s", kpa.scale_down_delay, kNone, kDay);
  checker.duration("kpa.scale_to_zero_grace_s", kpa.scale_to_zero_grace, kNone, kDay);
  checker.number("fixed_runners", scaling.fixed_runners, 0, kMostRunners);
  checker.number("planned_memory_mib", scaling.planned_memory_mib, 1, kMostAmount);
}

}  // namespace

NpmConfig with_seed_rules(NpmConfig config) {
  config.merging.purge_period = std::chrono::seconds(5);
  config.merging.receive_order = true;
  config.pool.orders.retry = false;
  config.pool.drain_deadline = std::chrono::seconds(50);
  config.pool.remove_when_idle = false;
  config.health.rest_before_replacement = kForever;
  return config;
}

Status check(const NpmConfig& config) {
  Checker checker;
  check_scaler_name(checker, config.scaler);
  check_limits(checker, config.scaling.limits);
  check_scalers(checker, config.scaling);
  checker.duration("lease_s", config.merging.lease, kShortest, kDay);
  checker.duration("purge_period", config.merging.purge_period, kNone, kDay);
  checker.number("max_lbs", config.merging.max_lbs, 1, 65'536);
  const OrderConfig& orders = config.pool.orders;
  checker.duration("order_deadline_s", orders.deadline, kShortest, kDay);
  checker.duration("order_first_pause_s", orders.first_pause, kShortest, kDay);
  checker.duration("order_longest_pause_s", orders.longest_pause, orders.first_pause, kDay);
  checker.duration("drain_deadline_s", config.pool.drain_deadline, kNone, kYear);
  checker.number("unknown_memory_mib", config.pool.unknown_memory_mib, 1, kMostAmount);
  checker.number("known_runners", config.pool.max_runners, 1, kMostRunners);
  checker.duration("replace_every_s", config.health.provision_delay, kNone, kDay);
  checker.duration("first_list_wait_s", config.first_list_wait, kNone, kDay);
  return std::move(checker).result();
}

}  // namespace fn::core
