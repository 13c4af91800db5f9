// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever the settings, the books balance. Many small worlds with drawn placers, scalers,
// limits, faults and impatient callers: every call ends in exactly one way, the groups add up to
// the total, and where nothing fails Little's law holds. Broken beliefs of the core (memory above
// capacity, time going back, a call that is nobody's) stop the program by themselves.

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

constexpr std::uint64_t kSeeds = 60;

const std::string kTwoGroups = R"(
workload.duration_s = 900
[[workload.groups]]
name = "left"
[[workload.groups.functions]]
[[workload.groups]]
name = "right"
[[workload.groups.functions]]
name = "small"
[[workload.groups.functions]]
name = "large"
)";

// Settings drawn from a seed.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : rng_(core::Rng(seed).fork("swarm")) {
    set("run.seed", std::to_string(seed));
  }

  void set(const std::string& key, const std::string& value) {
    settings_.push_back(key + "=" + value);
  }

  // One of these, each equally likely.
  void one_of(const std::string& key, const std::vector<std::string>& values) {
    set(key, values[rng_.below(values.size())]);
  }

  void number(const std::string& key, std::uint64_t least, std::uint64_t most) {
    set(key, std::to_string(least + rng_.below(most - least + 1)));
  }

  // A share of faults; none at all in two of three worlds.
  void percent(const std::string& key, std::uint64_t most) {
    set(key, std::to_string(rng_.below(3) == 0 ? rng_.below(most + 1) : 0));
  }

  [[nodiscard]] const std::vector<std::string>& settings() const { return settings_; }

 private:
  core::Rng rng_;
  std::vector<std::string> settings_;
};

void draw_policies(Draw& draw) {
  draw.one_of(
      "lb.placer",
      {"chbl", "ch", "ch-compat", "naive", "random", "round-robin", "least-outstanding", "p2c"});
  draw.one_of("npm.scaler", {"steady", "steady", "kpa", "fixed", "fn-2018"});
  draw.one_of("runner.keep_alive", {"lru", "ttl", "gdsf", "none"});
  draw.number("nodes.lbs", 1, 4);
  draw.number("nodes.initial_runners", 0, 3);
  draw.number("npm.fixed_runners", 1, 6);
  draw.number("npm.max_runners", 2, 30);
  draw.number("npm.min_runners", 0, 2);
  draw.number("npm.headroom_runners", 0, 1);
  draw.one_of("npm.down_window_s", {"0", "30", "300"});
  draw.one_of("npm.drain_deadline_s", {"1", "20", "300"});
  draw.one_of("npm.last_runner_hold_s", {"0", "600"});
  // Fn's rule looks at every waiting call each time.
  draw.set("lb.pass_pause_ms", "200");
  draw.one_of("runner.memory_mib", {"512", "1024", "4096"});
  draw.one_of("runner.queue_when_full", {"false", "false", "true"});
  draw.one_of("runner.idle_timeout_s", {"1", "60", "600"});
  draw.one_of("runner.freeze_after_ms", {"0", "50"});
}

void draw_nodes(Draw& draw) {
  draw.one_of("network.one_way_us", {"0", "500", "20000"});
  draw.one_of("network.control_one_way_us", {"0", "500", "200000"});
  draw.one_of("network.membership_poll_ms", {"0", "500"});
  draw.one_of("provider.boot_median_s", {"0", "5", "60"});
  draw.set("provider.boot_p99_s", "120");
  draw.percent("provider.refused_percent", 50);
  draw.percent("provider.partial_percent", 50);
  draw.percent("provider.undelivered_percent", 50);
  draw.percent("container.failed_percent", 20);
  draw.one_of("lb.waiting_calls", {"0", "5", "10000"});
  draw.one_of("lb.placement_timeout_s", {"2", "30", "360"});
  draw.one_of("lb.overtake_calls", {"0", "16"});
  draw.one_of("lb.health.enabled", {"true", "true", "false"});
  draw.one_of("callers.patience_s", {"3", "60", "86400"});
  draw.number("callers.retries_count", 0, 2);
}

void draw_functions(Draw& draw) {
  for (const char* function : {"workload.groups[0].functions[0].",
                               "workload.groups[1].functions[0].",
                               "workload.groups[1].functions[1]."}) {
    const std::string first = function;
    draw.number(first + "count", 1, 20);
    draw.one_of(first + "arrivals", {"poisson", "sine", "burst", "step"});
    draw.number(first + "rate_per_s", 1, 8);
    draw.set(first + "sine_period_s", "300");
    draw.set(first + "burst_at_s", "120");
    draw.set(first + "burst_every_s", "240");
    draw.number(first + "burst_rate_per_s", 5, 40);
    draw.number(first + "step_at_s", 100, 600);
    draw.number(first + "step_rate_per_s", 0, 10);
    draw.one_of(first + "durations", {"exponential", "lognormal", "constant"});
    draw.one_of(first + "duration_mean_s", {"0.05", "0.5", "3"});
    draw.one_of(first + "duration_median_s", {"0.05", "0.5"});
    draw.one_of(first + "first_run_extra_s", {"0", "1"});
    draw.one_of(first + "timeout_s", {"0", "0", "2"});
    draw.one_of(first + "memory_mib", {"64", "128", "400"});
  }
}

WorldSource drawn(std::uint64_t seed) {
  Draw draw(seed);
  draw_policies(draw);
  draw_nodes(draw);
  draw_functions(draw);
  return {.toml = kTwoGroups, .settings = draw.settings()};
}

constexpr std::array<std::string_view, 12> kSums = {"calls",
                                                    "completed",
                                                    "cold",
                                                    "warm",
                                                    "refused",
                                                    "timed_out",
                                                    "failed",
                                                    "retries",
                                                    "overtakes",
                                                    "scale_ups",
                                                    "scale_downs",
                                                    "drains_cut"};

// A figure of the run or of one of its groups.
using Figure = std::function<double(std::string_view field)>;

// Every call ends in one way.
void expect_balanced(const Figure& of) {
  EXPECT_EQ(of("calls"), of("completed") + of("refused") + of("timed_out") + of("failed"));
  EXPECT_EQ(of("completed"), of("cold") + of("warm"));
  EXPECT_LE(of("drains_cut"), of("failed") + of("timed_out"));
  EXPECT_LE(of("within_slo") * of("calls"), of("completed") + 1e-6 * of("calls"));
}

void expect_sound(const Figure& of) {
  EXPECT_GE(of("runner_hours"), 0);
  EXPECT_GE(of("idle_gib_hours"), 0);
  EXPECT_GE(of("cold_overhead_s"), 0);
  if (of("completed") > 0) {
    EXPECT_LE(of("wait_ms.p50"), of("wait_ms.p99"));
    EXPECT_LE(of("latency_ms.p50"), of("latency_ms.p99"));
  }
  if (of("completed") > 0 && of("completed") == of("calls")) {
    EXPECT_LE(of("wait_ms.mean"), of("latency_ms.mean"));
  }
}

constexpr double kWindowS = 1'200;

// A world in which nothing fails and containers start and resume at once. All calls are of one
// size; most come in the first ten minutes, and a last one when all others have long ended.
WorldSource clean(std::uint64_t seed) {
  Draw draw(seed);
  draw_policies(draw);
  draw.one_of("network.one_way_us", {"0", "500"});
  draw_functions(draw);
  WorldSource source{.toml = kNoDelays + kTwoGroups, .settings = draw.settings()};
  // Later settings replace those drawn.
  const std::vector<std::string> world = {
      "npm.drain_deadline_s=3600",
      "container.thaw_ms=0",
      "npm.min_runners=2",
      "npm.max_runners=30",
      "npm.fixed_runners=6",
      "runner.memory_mib=4096",
      "provider.boot_median_s=5",
      "nodes.initial_runners=3",
      "lb.placement_timeout_s=36000",
      "workload.duration_s=" + std::to_string(kWindowS + 1),
  };
  source.settings.insert(source.settings.end(), world.begin(), world.end());
  for (const std::string group : {"workload.groups[0].", "workload.groups[1]."}) {
    for (const char* setting : {"functions[0].arrivals=step",
                                "functions[0].step_at_s=600",
                                "functions[0].step_rate_per_s=0",
                                "functions[0].memory_mib=128",
                                "functions[0].timeout_s=0",
                                "functions[0].duration_longest_s=10",
                                "functions[1].name=last",
                                "functions[1].count=1",
                                "functions[1].arrivals=constant",
                                "functions[1].start_s=1200",
                                "functions[1].rate_per_s=0.01",
                                "functions[1].memory_mib=128",
                                "functions[1].timeout_s=0"}) {
      source.settings.push_back(group + setting);
    }
  }
  return source;
}

}  // namespace

TEST(Swarm, EveryCallEndsInExactlyOneWayWhateverTheSettings) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const WorldRun run = run_world(drawn(seed));
    SCOPED_TRACE(run.repeat());
    for (const std::string_view group : {"", "left", "right"}) {
      SCOPED_TRACE("group \"" + std::string(group) + "\"");
      const Figure of = [&](std::string_view field) {
        return run.of(group, field);
      };
      expect_balanced(of);
      expect_sound(of);
      if (!group.empty()) {
        // The total's peaks are only samples.
        EXPECT_LE(of("runners_mean"), of("runners_peak") + 1e-6);
        EXPECT_LE(of("containers_mean"), of("containers_peak") + 1e-6);
      }
    }
    for (const std::string_view field : kSums) {
      EXPECT_EQ(run[field], run.of("left", field) + run.of("right", field)) << field;
      if (run[field] > 0) {
        seen.insert(std::string(field));
      }
    }
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
  // The draws reach everything that can happen to a call.
  EXPECT_EQ(seen.size(), kSums.size());
}

TEST(Swarm, AsManyCallsRunAsLittlesLawSays) {
  for (std::uint64_t seed = 1; seed <= kSeeds / 2; ++seed) {
    const WorldRun run = run_world(clean(seed));
    SCOPED_TRACE(run.repeat());
    for (const char* group : {"left", "right"}) {
      ASSERT_EQ(run.of(group, "completed"), run.of(group, "calls")) << group;
      // Container-seconds busy, against the time that calls ran.
      const double idle_s = run.of(group, "idle_gib_hours") * 8 * 3'600;
      const double busy_s = run.of(group, "containers_mean") * kWindowS - idle_s;
      const double calls = run.of(group, "calls");
      const double ran_s =
          calls * (run.of(group, "latency_ms.mean") - run.of(group, "wait_ms.mean")) / 1'000;
      EXPECT_NEAR(busy_s, ran_s, 0.01 * ran_s + 5) << group;
    }
  }
}

}  // namespace fn::tests
