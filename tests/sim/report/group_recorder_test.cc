// SPDX-License-Identifier: Apache-2.0
//
// Goal: what the recorder tells of a group is what was done, counted by hand: which calls count,
// where integrals begin and end, when scaling turns, and what a minute shows.

#include "sim/report/group_recorder.h"

#include <rapidcheck.h>
#include <vector>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

using core::Duration;
using core::Instant;
using sim::CallRecord;
using sim::GroupRecorder;
using sim::GroupSummary;
using sim::RecorderConfig;
using sim::RunnerCounts;
using namespace std::chrono_literals;

Instant at(Duration since_start) {
  return Instant{} + since_start;
}

// A whole call of `run` that started after `wait`.
void complete(GroupRecorder& recorder, Instant arrived, Duration wait, Duration run) {
  recorder.call_arrived(arrived);
  recorder.call_started(arrived + wait, wait, false);
  recorder.call_ended(
      CallRecord{.arrived = arrived, .started = arrived + wait, .ended = arrived + wait + run});
}

void end(GroupRecorder& recorder,
         Instant arrived,
         core::CallOutcome outcome,
         core::RefusalReason reason = core::RefusalReason::kNone) {
  recorder.call_arrived(arrived);
  recorder.call_ended(
      CallRecord{.arrived = arrived, .ended = arrived + 1s, .outcome = outcome, .reason = reason});
}

void end_minutes(GroupRecorder& recorder, int from, int to) {
  for (int minute = from; minute < to; ++minute) {
    recorder.end_minute(at(std::chrono::minutes(minute + 1)));
  }
}

TEST(GroupRecorder, OfNothingHasNullsAndZeroes) {
  GroupRecorder recorder{RecorderConfig{}};
  end_minutes(recorder, 0, 1);
  const GroupSummary summary = recorder.summary();
  EXPECT_EQ(summary.calls, 0U);
  EXPECT_FALSE(summary.within_slo.has_value());
  EXPECT_FALSE(summary.wait_ms.has_value());
  EXPECT_FALSE(summary.latency_ms.has_value());
  EXPECT_EQ(summary.runner_hours, 0);
  EXPECT_FALSE(summary.runners_mean.has_value());
  EXPECT_FALSE(summary.runners_peak.has_value());
  EXPECT_FALSE(summary.containers_mean.has_value());
  EXPECT_FALSE(summary.containers_peak.has_value());
}

TEST(GroupRecorder, CountsEveryCallInExactlyOneOutcome) {
  GroupRecorder recorder{RecorderConfig{}};
  complete(recorder, at(1s), 0s, 1s);
  complete(recorder, at(2s), 0s, 1s);
  end(recorder, at(3s), core::CallOutcome::kRefused, core::RefusalReason::kQueueFull);
  end(recorder, at(4s), core::CallOutcome::kTimedOut, core::RefusalReason::kTimedOut);
  end(recorder, at(5s), core::CallOutcome::kFailed);
  const GroupSummary summary = recorder.summary();
  EXPECT_EQ(summary.calls, 5U);
  EXPECT_EQ(summary.completed, 2U);
  EXPECT_EQ(summary.refused, 1U);
  EXPECT_EQ(summary.timed_out, 1U);
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_EQ(summary.warm, 2U);
  sim::Tally tally;
  recorder.add_to(tally);
  EXPECT_EQ(tally.calls.reasons[static_cast<std::size_t>(core::RefusalReason::kQueueFull)], 1U);
}

TEST(GroupRecorder, MeasuresWithinSloOverAllCallsSoThatRefusingDoesNotFlatter) {
  GroupRecorder recorder{RecorderConfig{.slo = 500ms}};
  complete(recorder, at(1s), 500ms, 1s);
  complete(recorder, at(2s), 500ms + 1ns, 1s);
  end(recorder, at(3s), core::CallOutcome::kRefused);
  end(recorder, at(4s), core::CallOutcome::kFailed);
  EXPECT_EQ(recorder.summary().within_slo, 0.25);
}

TEST(GroupRecorder, TakesWaitFromStartsAndLatencyFromCompletedCalls) {
  GroupRecorder recorder{RecorderConfig{}};
  complete(recorder, at(1s), 20ms, 30ms);
  // Started, then failed: it waited, but has no latency.
  recorder.call_started(at(2s), 40ms, false);
  recorder.call_ended(CallRecord{.arrived = at(2s) - 40ms,
                                 .started = at(2s),
                                 .ended = at(9s),
                                 .outcome = core::CallOutcome::kFailed});
  const GroupSummary summary = recorder.summary();
  ASSERT_TRUE(summary.wait_ms && summary.latency_ms);
  EXPECT_DOUBLE_EQ(summary.wait_ms->mean, 30);
  EXPECT_DOUBLE_EQ(summary.wait_ms->p99_9, 40);
  EXPECT_DOUBLE_EQ(summary.latency_ms->mean, 50);
  EXPECT_DOUBLE_EQ(summary.latency_ms->p50, 50);
}

TEST(GroupRecorder, AddsTheOverheadOfCompletedColdCalls) {
  GroupRecorder recorder{RecorderConfig{}};
  recorder.call_ended(CallRecord{
      .arrived = at(0s), .started = at(1s), .ended = at(2s), .cold_overhead = 750ms, .cold = true});
  recorder.call_ended(CallRecord{.arrived = at(0s),
                                 .started = at(1s),
                                 .ended = at(2s),
                                 .cold_overhead = 750ms,
                                 .outcome = core::CallOutcome::kFailed,
                                 .cold = true});
  const GroupSummary summary = recorder.summary();
  EXPECT_EQ(summary.cold, 1U);
  EXPECT_EQ(summary.warm, 0U);
  EXPECT_DOUBLE_EQ(summary.cold_overhead_s, 0.75);
}

TEST(GroupRecorder, LeavesOutCallsThatArrivedDuringTheWarmUpHoweverLateTheyEnd) {
  GroupRecorder recorder{RecorderConfig{.warmup = 10s}};
  complete(recorder, at(10s) - 1ns, 2s, 1s);
  recorder.retried(at(9s));
  recorder.overtook(at(9s));
  recorder.drain_cut(at(9s));
  EXPECT_EQ(recorder.summary().calls, 0U);
  EXPECT_FALSE(recorder.summary().wait_ms.has_value());
  complete(recorder, at(10s), 1s, 1s);
  recorder.retried(at(10s));
  recorder.overtook(at(10s));
  recorder.drain_cut(at(10s));
  const GroupSummary summary = recorder.summary();
  EXPECT_EQ(summary.calls, 1U);
  EXPECT_EQ(summary.wait_ms->mean, 1000);
  EXPECT_EQ(summary.retries, 1U);
  EXPECT_EQ(summary.overtakes, 1U);
  EXPECT_EQ(summary.drains_cut, 1U);
}

TEST(GroupRecorder, ShowsWarmUpCallsInTheirMinuteButNotInTheTotal) {
  GroupRecorder recorder{RecorderConfig{.warmup = 10s}};
  complete(recorder, at(5s), 3s, 1s);
  complete(recorder, at(20s), 1s, 1s);
  const sim::MinuteRow row = recorder.end_minute(at(60s));
  EXPECT_EQ(row.arrived, 2U);
  ASSERT_TRUE(row.wait_p50 && row.wait_p99);
  EXPECT_LT(*row.wait_p50, 1100ms);
  EXPECT_GT(*row.wait_p99, 2900ms);
  EXPECT_EQ(recorder.summary().wait_ms->p99_9, 1000);
}

// Runners: 1 from 0 s, 3 from 10 s, 2 from 40 s. Window [20 s, 50 s]: 3 * 20 s + 2 * 10 s = 80 s.
// Containers: 4 from 30 s: 4 * 20 s = 80 s. Idle: 512 MiB from 30 s to 45 s: 7680 MiB s.
TEST(GroupRecorder, IntegratesFromTheWarmUpToTheLastArrival) {
  GroupRecorder recorder{RecorderConfig{.warmup = 20s, .cost_per_runner_hour = 36}};
  recorder.runners_changed(at(0s), RunnerCounts{.requested = 1});
  recorder.checkpoint(at(50s));
  recorder.runners_changed(at(10s), RunnerCounts{.requested = 1, .booting = 1, .active = 1});
  recorder.containers_changed(at(30s), 4, 0);
  recorder.idle_memory_changed(at(30s), 512);
  recorder.runners_changed(at(40s), RunnerCounts{.active = 1, .draining = 1});
  recorder.idle_memory_changed(at(45s), -512);
  recorder.runners_changed(at(55s), RunnerCounts{.active = 100});
  recorder.containers_changed(at(55s), 96, 0);
  end_minutes(recorder, 0, 2);
  const GroupSummary summary = recorder.summary();
  EXPECT_DOUBLE_EQ(summary.runner_hours, 80.0 / 3600);
  EXPECT_DOUBLE_EQ(summary.cost, 0.8);
  EXPECT_DOUBLE_EQ(summary.runners_mean.value_or(-1), 80.0 / 30);
  EXPECT_EQ(summary.runners_peak, 3U);
  EXPECT_DOUBLE_EQ(summary.containers_mean.value_or(-1), 80.0 / 30);
  EXPECT_EQ(summary.containers_peak, 4U);
  EXPECT_DOUBLE_EQ(summary.idle_gib_hours, 7680.0 / 1024 / 3600);
}

// One runner of 1024 MiB for 50 s. Containers hold 512 MiB from 5 s to 45 s, 256 MiB of it idle
// from 25 s on: 512 * 20 s + 256 * 20 s = 15360 MiB s of use, which is 15 s of the runner.
TEST(GroupRecorder, ChargesTheGroupForWhatItsRunnersHeldUnused) {
  GroupRecorder recorder{
      RecorderConfig{.cost_per_runner_hour = 36, .runner_memory = core::MemoryMib{1024}}};
  recorder.checkpoint(at(55s));
  recorder.runners_changed(at(0s), RunnerCounts{.active = 1});
  recorder.containers_changed(at(5s), 2, 512);
  recorder.idle_memory_changed(at(25s), 256);
  recorder.idle_memory_changed(at(45s), -256);
  recorder.containers_changed(at(45s), -2, -512);
  recorder.runners_changed(at(50s), RunnerCounts{});
  end_minutes(recorder, 0, 1);
  const GroupSummary summary = recorder.summary();
  EXPECT_DOUBLE_EQ(summary.runner_hours_idle.value_or(-1), 35.0 / 3600);
  EXPECT_DOUBLE_EQ(summary.cost, 0.5);
  EXPECT_DOUBLE_EQ(summary.cost_idle.value_or(-1), 0.35);
}

TEST(GroupRecorder, ChargesNothingForIdlenessBelowZero) {
  GroupRecorder recorder{RecorderConfig{.runner_memory = core::MemoryMib{1024}}};
  recorder.checkpoint(at(55s));
  recorder.containers_changed(at(5s), 2, 512);
  end_minutes(recorder, 0, 1);
  EXPECT_EQ(recorder.summary().runner_hours_idle, 0);
}

TEST(GroupRecorder, SharesNoCostBetweenGroups) {
  const RecorderConfig config{.cost_per_runner_hour = 0.1, .runner_memory = core::MemoryMib{300}};
  sim::Tally total;
  double cost = 0;
  double idle = 0;
  for (int group = 1; group <= 7; ++group) {
    GroupRecorder recorder{config};
    recorder.checkpoint(at(59s));
    recorder.runners_changed(at(1s * group), RunnerCounts{.active = 3});
    recorder.containers_changed(at(2s * group), 1, 100);
    end_minutes(recorder, 0, 1);
    recorder.add_to(total);
    cost += recorder.summary().cost;
    idle += recorder.summary().cost_idle.value_or(0);
  }
  const GroupSummary sum = total.summary({});
  EXPECT_EQ(sum.cost, cost);
  EXPECT_EQ(sum.cost_idle, idle);
  EXPECT_LT(idle, cost);
}

TEST(GroupRecorder, TakesNoPeakFromALevelThatWasHeldForNoTime) {
  GroupRecorder recorder{RecorderConfig{}};
  recorder.containers_changed(at(1s), 1, 0);
  recorder.containers_changed(at(2s), 1, 0);
  recorder.containers_changed(at(2s), -1, 0);
  recorder.checkpoint(at(10s));
  EXPECT_EQ(recorder.summary().containers_peak, 1U);
}

TEST(GroupRecorder, HasAnEmptyWindowWhenTheLastArrivalIsInTheWarmUp) {
  GroupRecorder recorder{RecorderConfig{.warmup = 30s}};
  recorder.checkpoint(at(30s));
  recorder.runners_changed(at(5s), RunnerCounts{.active = 2});
  end_minutes(recorder, 0, 1);
  const GroupSummary summary = recorder.summary();
  EXPECT_EQ(summary.runner_hours, 0);
  EXPECT_FALSE(summary.runners_mean.has_value());
  EXPECT_FALSE(summary.runners_peak.has_value());
}

TEST(GroupRecorder, LetsTheLastCheckpointStand) {
  GroupRecorder recorder{RecorderConfig{}};
  recorder.runners_changed(at(0s), RunnerCounts{.active = 1});
  recorder.checkpoint(at(30s));
  recorder.scaled(at(20s), 2, 0);
  recorder.scaled(at(40s), 4, 0);
  end_minutes(recorder, 0, 1);
  EXPECT_DOUBLE_EQ(recorder.summary().runner_hours, 30.0 / 3600);
  EXPECT_EQ(recorder.summary().scale_ups, 2U);

  // A minute without arrivals tells the same one again: nothing moves.
  recorder.checkpoint(at(30s));
  recorder.scaled(at(70s), 8, 0);
  end_minutes(recorder, 1, 2);
  EXPECT_EQ(recorder.summary().scale_ups, 2U);

  recorder.checkpoint(at(150s));
  end_minutes(recorder, 2, 3);
  recorder.scaled(at(190s), 16, 0);
  end_minutes(recorder, 3, 4);
  EXPECT_DOUBLE_EQ(recorder.summary().runner_hours, 150.0 / 3600);
  EXPECT_EQ(recorder.summary().scale_ups, 14U);
}

TEST(GroupRecorder, TellsTheSameWhetherACheckpointIsToldEarlyOrAtItsInstant) {
  const auto run = [](bool early) {
    GroupRecorder recorder{RecorderConfig{}};
    if (early) {
      recorder.checkpoint(at(20s));
    }
    recorder.runners_changed(at(10s), RunnerCounts{.active = 3});
    recorder.scaled(at(20s), 1, 0);
    if (!early) {
      recorder.checkpoint(at(20s));
    }
    recorder.scaled(at(20s), 1, 0);
    recorder.runners_changed(at(20s) + 1ns, RunnerCounts{.active = 9});
    recorder.scaled(at(20s) + 1ns, 1, 0);
    recorder.end_minute(at(60s));
    return recorder.summary();
  };
  EXPECT_EQ(run(true).scale_ups, 2U);
  EXPECT_EQ(run(false).scale_ups, 2U);
  EXPECT_EQ(run(true).runner_hours, run(false).runner_hours);
  EXPECT_EQ(run(true).runners_peak, 3U);
  EXPECT_EQ(run(false).runners_peak, 3U);
}

TEST(GroupRecorder, CountsATurnWhenTheSignOfScalingChanges) {
  GroupRecorder recorder{RecorderConfig{.warmup = 5s}};
  recorder.checkpoint(at(50s));
  recorder.scaled(at(1s), 0, 1);   // during the warm-up
  recorder.scaled(at(10s), 3, 0);  // the first action turns nothing
  recorder.scaled(at(11s), 1, 0);
  recorder.scaled(at(12s), 0, 2);     // turn
  recorder.scaled(at(13s), 0, 0, 1);  // turn: revived
  recorder.scaled(at(14s), 1, 1);     // no sign
  recorder.scaled(at(15s), 1, 0);
  recorder.scaled(at(16s), 0, 1);  // turn
  recorder.scaled(at(51s), 1, 0);  // after the last arrival
  recorder.end_minute(at(60s));
  const GroupSummary summary = recorder.summary();
  EXPECT_EQ(summary.direction_changes, 3U);
  EXPECT_EQ(summary.scale_ups, 6U);
  EXPECT_EQ(summary.scale_downs, 4U);
}

TEST(GroupRecorder, ShowsAMinute) {
  GroupRecorder recorder{RecorderConfig{}};
  recorder.demand(at(1s), 100, 4096, 0);
  recorder.call_arrived(at(2s));
  recorder.call_started(at(3s), 1s, true);
  end(recorder, at(4s), core::CallOutcome::kRefused, core::RefusalReason::kNoRoom);
  recorder.runners_changed(at(10s), RunnerCounts{.requested = 1, .booting = 2, .active = 3});
  recorder.containers_changed(at(15s), 5, 0);
  recorder.runners_changed(at(50s), RunnerCounts{.active = 4, .draining = 1});
  recorder.demand(at(59s), 200, 8192, 7);
  const sim::MinuteRow row = recorder.end_minute(at(60s));
  EXPECT_EQ(row.end, at(60s));
  EXPECT_EQ(row.demand_mib, 200U);
  EXPECT_EQ(row.capacity_mib, 8192U);
  EXPECT_EQ(row.waiting, 7U);
  EXPECT_EQ(row.arrived, 2U);
  EXPECT_EQ(row.cold, 1U);
  EXPECT_EQ(row.refused, 1U);
  EXPECT_EQ(row.runners.requested, 0U);
  EXPECT_EQ(row.runners.active, 4U);
  EXPECT_EQ(row.runners.draining, 1U);
  EXPECT_EQ(row.wait_p50, 1s);
  EXPECT_EQ(row.wait_p99, 1s);
  // Samples at 10, 20, ... 60 s show what was true just before.
  const std::vector<std::uint64_t> runners = {0, 6, 6, 6, 6, 5};
  const std::vector<std::uint64_t> containers = {0, 5, 5, 5, 5, 5};
  for (std::size_t index = 0; index < sim::kSamplesPerMinute; ++index) {
    EXPECT_EQ(row.samples[index].runners, runners[index]) << index;
    EXPECT_EQ(row.samples[index].containers, containers[index]) << index;
  }

  // Counts begin anew, levels stay.
  const sim::MinuteRow next = recorder.end_minute(at(120s));
  EXPECT_EQ(next.arrived, 0U);
  EXPECT_EQ(next.cold, 0U);
  EXPECT_EQ(next.refused, 0U);
  EXPECT_FALSE(next.wait_p50.has_value());
  EXPECT_EQ(next.runners.active, 4U);
  EXPECT_EQ(next.samples[0].runners, 5U);
}

TEST(GroupRecorder, KeepsTheWaitsOfAllMinutes) {
  GroupRecorder recorder{RecorderConfig{}};
  complete(recorder, at(1s), 10ms, 1ms);
  recorder.end_minute(at(60s));
  complete(recorder, at(61s), 30ms, 1ms);
  recorder.end_minute(at(120s));
  EXPECT_DOUBLE_EQ(recorder.summary().wait_ms->mean, 20);
}

TEST(GroupRecorder, AddsGroupsUpAsIfTheyWereOne) {
  EXPECT_TRUE(rc::check("tally", [] {
    GroupRecorder left{RecorderConfig{}};
    GroupRecorder right{RecorderConfig{}};
    GroupRecorder both{RecorderConfig{}};
    const auto waits = *rc::gen::container<std::vector<std::uint32_t>>(
        rc::gen::inRange<std::uint32_t>(0, 2'000'000'000));
    for (const std::uint32_t wait : waits) {
      complete(wait % 3 == 0 ? left : right, at(1s), Duration(wait), 1s);
      complete(both, at(1s), Duration(wait), 1s);
    }
    sim::Tally parts;
    right.add_to(parts);
    left.add_to(parts);
    sim::Tally whole;
    both.add_to(whole);
    const GroupSummary sum = parts.summary({});
    const GroupSummary one = whole.summary({});
    RC_ASSERT(sum.calls == one.calls);
    RC_ASSERT(sum.within_slo == one.within_slo);
    RC_ASSERT(sum.wait_ms.has_value() == one.wait_ms.has_value());
    if (sum.wait_ms) {
      RC_ASSERT(sum.wait_ms->mean == one.wait_ms->mean);
      RC_ASSERT(sum.wait_ms->p99 == one.wait_ms->p99);
      RC_ASSERT(sum.latency_ms->p90 == one.latency_ms->p90);
    }
  }));
}

}  // namespace
}  // namespace fn::tests
