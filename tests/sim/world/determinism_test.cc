// SPDX-License-Identifier: Apache-2.0
//
// Goal: a run depends on its inputs alone. Not on what ran before it in the process, on threads, on
// other groups, on the order of rows, on names, or on machines being saved and loaded on the way.

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "tests/support/small_trace.h"
#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

using nlohmann::json;

// Worlds in which everything that draws or orders takes part, under different rules.
struct Rules {
  const char* name;
  std::vector<std::string> settings;
};

const std::vector<Rules>& all_rules() {
  static const std::vector<Rules> rules = {
      {"Default", {}},
      {"Gdsf", {"lb.placer=p2c", "runner.keep_alive=gdsf", "run.seed=7"}},
      {"Kpa", {"npm.scaler=kpa", "lb.placer=random", "runner.keep_alive=ttl"}},
      {"Fn2018",
       {"npm.scaler=fn-2018",
        "lb.placer=naive",
        "network.membership_poll_ms=500",
        "lb.pass_pause_ms=200"}},
      {"ChCompat", {"lb.placer=ch-compat", "lb.pass_pause_ms=200", "runner.freeze_after_ms=50"}},
      {"Queues", {"lb.placer=round-robin", "runner.queue_when_full=true"}},
      {"Ch", {"lb.placer=ch", "runner.keep_alive=none", "runner.memory_mib=1500"}},
      {"LeastOutstanding", {"lb.placer=least-outstanding", "npm.min_runners=1"}},
  };
  return rules;
}

WorldSource mixed(const Rules& rules) {
  return {.scenario = "tests/determinism/mixed.toml", .settings = rules.settings};
}

// Faults and slow, stale nodes around a trace whose owners are groups.
WorldSource traced(const std::string& trace) {
  return {.toml = R"(
nodes.lbs = 3
runner.memory_mib = 3000
provider.boot_median_s = 20
provider.boot_p99_s = 60
provider.partial_percent = 10
provider.undelivered_percent = 5
container.failed_percent = 1
callers.patience_s = 40
callers.retries_count = 1
workload.tenant = "owner"
)",
          .settings = {"workload.trace=" + trace}};
}

json without(json record, const std::string& field) {
  record.erase(field);
  return record;
}

// What a summary says of a call; the rest are sums over the whole run's window.
json calls_of(const json& group) {
  json calls;
  for (const char* field : {"calls",
                            "completed",
                            "cold",
                            "warm",
                            "refused",
                            "timed_out",
                            "failed",
                            "retries",
                            "overtakes",
                            "within_slo",
                            "wait_ms",
                            "latency_ms",
                            "cold_overhead_s",
                            "drains_cut"}) {
    calls[field] = group.at(field);
  }
  return calls;
}

void run_minute(sim::GroupWorld& world, core::Instant begin, core::Instant last_arrival) {
  world.run(begin + sim::kMinute, last_arrival);
  world.end_minute(begin + sim::kMinute);
}

// By group.
std::map<std::string, std::uint64_t> digests(const WorldSource& source) {
  auto worlds = open_worlds(load_world(source));
  run_minutes(worlds, run_minute);
  std::map<std::string, std::uint64_t> digests;
  for (const auto& world : worlds) {
    digests[world->name()] = world->digest();
  }
  return digests;
}

class Determinism : public testing::TestWithParam<Rules> {};

}  // namespace

TEST_P(Determinism, TheSameInputsGiveTheSameRecordTwiceInOneProcess) {
  const WorldRun first = run_world(mixed(GetParam()));
  const WorldRun second = run_world(mixed(GetParam()));
  SCOPED_TRACE(first.repeat());
  EXPECT_EQ(first.record(), second.record());
  EXPECT_GT(first["completed"], 0);
}

TEST_P(Determinism, ThreadsChangeNothing) {
  const WorldRun one = run_world(mixed(GetParam()), 1);
  SCOPED_TRACE(one.repeat());
  EXPECT_EQ(one.record(), run_world(mixed(GetParam()), 2).record());
  EXPECT_EQ(one.record(), run_world(mixed(GetParam()), 4).record());
}

TEST_P(Determinism, MachinesMayBeSavedAndLoadedAtAnyTime) {
  const sim::Scenario scenario = load_world(mixed(GetParam()));
  SCOPED_TRACE(repeat_command(mixed(GetParam())));
  core::Rng rng(GetParam().settings.size());
  const auto reloaded = [&](sim::GroupWorld& world, core::Instant begin, core::Instant last) {
    core::Instant at = begin;
    const core::Instant end = begin + sim::kMinute;
    while (at < end) {
      world.run(at, last);
      const core::Status status = world.reload_machines();
      if (!status) {
        throw std::runtime_error(status.error().message);
      }
      at += core::Duration(1 + static_cast<std::int64_t>(rng.below(20'000'000'000)));
    }
    world.run(end, last);
    world.end_minute(end);
  };
  const std::map<std::string, std::uint64_t> undisturbed = digests(mixed(GetParam()));
  auto worlds = open_worlds(scenario);
  run_minutes(worlds, reloaded);
  for (const auto& world : worlds) {
    EXPECT_EQ(world->digest(), undisturbed.at(world->name())) << world->name();
  }
}

INSTANTIATE_TEST_SUITE_P(Rules,
                         Determinism,
                         testing::ValuesIn(all_rules()),
                         [](const testing::TestParamInfo<Rules>& rules) {
                           return rules.param.name;
                         });

TEST(GroupsAreWorlds, ATraceCutToOneGroupGivesThatGroupsRecord) {
  // All groups' last calls come at one time, so that sums over the run's window agree as well.
  const SmallTrace trace(1, SmallTrace::Ends::kTogether);
  const auto cut_to = [&trace](int owner) {
    WorldSource source = traced(trace.write(scratch_folder(), owner));
    source.settings.emplace_back("workload.spread=start");
    return source;
  };
  const WorldRun all = run_world(cut_to(SmallTrace::kAllOwners));
  for (int owner = 0; owner < SmallTrace::kOwners; ++owner) {
    const WorldSource source = cut_to(owner);
    const std::string name = SmallTrace::owner(owner);
    EXPECT_EQ(run_world(source).group(name), all.group(name)) << repeat_command(source);
  }
}

TEST(GroupsAreWorlds, ATraceCutToOneGroupGivesThatGroupsDigest) {
  // One group after the other falls silent; the others still go on.
  const SmallTrace trace(2, SmallTrace::Ends::kApart);
  const WorldSource all = traced(trace.write(scratch_folder()));
  const std::map<std::string, std::uint64_t> together = digests(all);
  const WorldRun run = run_world(all);
  ASSERT_EQ(together.size(), std::size_t{SmallTrace::kOwners});
  for (int owner = 0; owner < SmallTrace::kOwners; ++owner) {
    const std::string name = SmallTrace::owner(owner);
    const WorldSource alone = traced(trace.write(scratch_folder(), owner));
    SCOPED_TRACE(repeat_command(alone));
    EXPECT_EQ(digests(alone).at(name), together.at(name));
    EXPECT_EQ(calls_of(run_world(alone).group(name)), calls_of(run.group(name)));
  }
}

TEST(GroupsAreWorlds, TheOrderOfRowsChangesNothing) {
  SmallTrace trace(3, SmallTrace::Ends::kApart);
  const WorldRun before = run_world(traced(trace.write(scratch_folder())));
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    trace.shuffle(seed);
    const WorldRun after = run_world(traced(trace.write(scratch_folder())));
    SCOPED_TRACE(after.repeat());
    EXPECT_EQ(after.digest(), before.digest());
    // The files are others, what happened is the same.
    EXPECT_EQ(without(after.record(), "trace"), without(before.record(), "trace"));
  }
}

TEST(GroupsAreWorlds, ARenamedGroupWithItsLabelKeepsItsRecord) {
  const WorldSource before = mixed(all_rules().front());
  WorldSource after = before;
  const std::vector<std::string> names = {"daily", "crowd", "sleeper", "trickle"};
  for (std::size_t index = 0; index < names.size(); ++index) {
    // Backwards, so that the groups' order turns round.
    const std::string group = "workload.groups[" + std::to_string(index) + "].";
    after.settings.push_back(group + "label=" + names[index]);
    after.settings.push_back(group + "name=" + std::string(1, static_cast<char>('z' - index)));
  }
  const WorldRun old_run = run_world(before);
  const WorldRun new_run = run_world(after);
  SCOPED_TRACE(new_run.repeat());
  EXPECT_NE(old_run.digest(), new_run.digest()) << "the names belong to the run's digest";
  const std::map<std::string, std::uint64_t> old_digests = digests(before);
  const std::map<std::string, std::uint64_t> new_digests = digests(after);
  for (std::size_t index = 0; index < names.size(); ++index) {
    const std::string name(1, static_cast<char>('z' - index));
    EXPECT_EQ(without(new_run.group(name), "group"), without(old_run.group(names[index]), "group"));
    EXPECT_EQ(new_digests.at(name), old_digests.at(names[index]));
  }
}

}  // namespace fn::tests
