// SPDX-License-Identifier: Apache-2.0
//
// A scenario becomes worlds, the worlds run, and what they counted becomes a summary.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/suggest.h"
#include "sim/cli/clocks.h"
#include "sim/cli/engine.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_files.h"
#include "sim/cli/version.h"
#include "sim/cli/worlds.h"
#include "sim/report/demand_strip.h"
#include "sim/report/run_table.h"
#include "sim/report/summary.h"
#include "sim/report/total_peaks.h"
#include "sim/world/assumptions.h"
#include "sim/world/run_loop.h"

namespace fn::sim {

namespace {

bool holds_group(const Workload& workload, std::string_view name) {
  return std::any_of(workload.groups.begin(),
                     workload.groups.end(),
                     [name](const GroupWorkload& group) { return group.name == name; });
}

// Settings of groups that the workload does not have do nothing, which nobody wants.
void warn_of_unused_groups(const Scenario& scenario, Workload& workload) {
  constexpr std::size_t kNamed = 8;
  std::string names;
  for (std::size_t index = 0; index < workload.groups.size() && index < kNamed; ++index) {
    names += index == 0 ? "" : ", ";
    names += workload.groups[index].name;
  }
  names += workload.groups.size() > kNamed ? ", ..." : "";
  for (const auto& entry : scenario.group_npm) {
    if (!holds_group(workload, entry.first)) {
      std::string warning = "groups." + entry.first;
      warning += ".npm is not used: the calls belong to " + names + " (--tenant decides)";
      workload.warnings.push_back(std::move(warning));
    }
  }
}

// Bounds on a group that the workload does not have are mistyped, not missed.
core::Status check_bounded_groups(const Scenario& scenario, const Workload& workload) {
  std::vector<std::string_view> known;
  known.reserve(workload.groups.size());
  for (const GroupWorkload& group : workload.groups) {
    known.push_back(group.name);
  }
  for (const Bound& bound : scenario.expect) {
    if (!bound.group.empty() && !holds_group(workload, bound.group)) {
      std::string message = bound.place + ": expect.groups." + bound.group;
      message += ": the workload has no such group" + core::did_you_mean(bound.group, known);
      return core::fail(core::ErrorCode::kInvalidArgument, std::move(message));
    }
  }
  return {};
}

// One run under way: where its minutes go.
class MinuteBooks {
 public:
  // `end`: of the arrivals, or kNever.
  MinuteBooks(core::Duration warmup, core::Instant end, RunFiles& files, ProgressSink& progress)
      : peaks_(warmup), end_(end), files_(files), progress_(progress) {}

  core::Status close(const MinuteReport& minute,
                     std::span<const std::unique_ptr<GroupWorld>> worlds) {
    strips_.resize(worlds.size());
    for (std::size_t index = 0; index < worlds.size(); ++index) {
      const MinuteRow& row = minute.rows[index];
      peaks_.add(row);
      strips_[index].add(row.demand_mib, row.capacity_mib);
      if (core::Status status = files_.add_minute(row, *worlds[index]); !status) {
        return status;
      }
    }
    peaks_.end_minute(minute.end, minute.last_arrival);
    progress_.update(Progress{.simulated = minute.end, .end = end_, .calls = minute.calls});
    simulated_ = minute.end.time_since_epoch();
    return {};
  }

  [[nodiscard]] const Peaks& peaks() const { return peaks_.peaks(); }

  // By group.
  [[nodiscard]] std::span<const DemandStrip> strips() const { return strips_; }

  [[nodiscard]] core::Duration simulated() const { return simulated_; }

 private:
  TotalPeaks peaks_;
  std::vector<DemandStrip> strips_;
  core::Instant end_;
  RunFiles& files_;
  ProgressSink& progress_;
  core::Duration simulated_{};
};

RunSummary describe(const Scenario& scenario, const RunOptions& options, const Workload& workload) {
  RunSummary run;
  run.version = std::string(version());
  run.command = options.command;
  run.seed = scenario.run.seed;
  if (!workload.trace.paths.empty()) {
    run.trace = TraceOrigin{workload.trace.paths, workload.trace.sha256, workload.trace.calls};
  }
  for (const core::ConfigRow& row : scenario.rows) {
    if (row.used) {
      run.config.push_back(ConfigEntry{row.key, row.value});
    }
  }
  run.assumptions = workload.assumptions;
  for (const std::string_view assumption : world_assumptions()) {
    run.assumptions.emplace_back(assumption);
  }
  return run;
}

// What the worlds counted, group by group and together.
CallCounts tell_figures(const RunLoop& loop, const MinuteBooks& books, RunSummary& run) {
  Tally total;
  for (const std::unique_ptr<GroupWorld>& world : loop.worlds()) {
    GroupSummary group = world->recorder().summary();
    group.group = world->name();
    run.groups.push_back(std::move(group));
    world->recorder().add_to(total);
  }
  run.total = total.summary(books.peaks());
  run.digest = loop.digest();
  constexpr double kNanosecondsPerSecond = 1e9;
  run.simulated_s = static_cast<double>(books.simulated().count()) / kNanosecondsPerSecond;
  return total.calls;
}

}  // namespace

core::Result<RunResult> run_scenario(const Scenario& scenario,
                                     const RunOptions& options,
                                     ProgressSink& progress) {
  const double wall_before = wall_seconds();
  const double cpu_before = cpu_seconds();
  core::Result<Workload> workload = open_workload(scenario);
  if (!workload) {
    return core::fail(workload.error().code, workload.error().message);
  }
  if (core::Status groups = check_bounded_groups(scenario, *workload); !groups) {
    return core::fail(groups.error().code, groups.error().message);
  }
  warn_of_unused_groups(scenario, *workload);
  RunFiles files;
  if (core::Status opened = files.open(options); !opened) {
    return core::fail(opened.error().code, opened.error().message);
  }
  RunSummary run = describe(scenario, options, *workload);
  RunLoop loop(make_worlds(scenario, *workload, files.keeps_decisions()), options.threads);
  files.keep_books(loop.worlds());
  MinuteBooks books(scenario.run.warmup, workload->end, files, progress);
  const core::Status ran = loop.run([&](const MinuteReport& minute) -> core::Status {
    if (interrupted() != 0) {
      return core::fail(core::ErrorCode::kUnavailable,
                        "given up at " + clock_text(minute.end.time_since_epoch()) +
                            " of simulated time; nothing was written");
    }
    return books.close(minute, loop.worlds());
  });
  if (!ran) {
    return core::fail(ran.error().code, ran.error().message);
  }
  const CallCounts calls = tell_figures(loop, books, run);
  run.wall_s = wall_seconds() - wall_before;
  run.cpu_s = cpu_seconds() - cpu_before;
  if (run.cpu_s > 0) {
    run.calls_per_cpu_s = static_cast<double>(run.total.calls) / run.cpu_s;
  }
  run.peak_rss_mib = peak_rss_mib();
  if (core::Status committed = files.commit(run, loop.worlds()); !committed) {
    return core::fail(committed.error().code, committed.error().message);
  }
  RunResult result;
  result.json = to_json(run);
  result.csv = to_csv(run);
  const TableStyle style{.colour = options.coloured, .unicode = options.unicode};
  result.table = run_table(run, style) + reasons_lines(calls, style);
  result.table += demand_table(run, books.strips(), style);
  result.warnings = scenario.warnings;
  result.warnings.insert(
      result.warnings.end(), workload->warnings.begin(), workload->warnings.end());
  result.lookup = [run = std::move(run)](std::string_view group, std::string_view field) {
    return look_up(run, group, field);
  };
  return result;
}

}  // namespace fn::sim
