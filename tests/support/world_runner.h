// SPDX-License-Identifier: Apache-2.0
//
// Runs whole worlds inside a test: from a scenario file of the tree, a shipped policy and settings
// as TOML or KEY=VALUE, in the order of precedence that fnsim has. What cannot be read or run ends
// the test by an exception that says why. A failing test prints WorldRun::repeat, the one line that
// repeats the run.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/engine.h"
#include "sim/scenario/scenario.h"
#include "sim/world/group_world.h"

namespace fn::tests {

// Settings: messages arrive at once and containers start in no time.
extern const std::string kNoDelays;

// What a world is made of; empty parts are left out.
struct WorldSource {
  // A file, relative to the root of the tree.
  std::string scenario = {};
  // The name of a shipped policy.
  std::string policy = {};
  // Settings over both, as TOML text.
  std::string toml = {};
  // KEY=VALUE, over everything.
  std::vector<std::string> settings = {};
};

// Where the tree lies: $FN_SOURCE_ROOT, else the working directory.
std::string source_root();

// The folder of recorded traces: $FN_TRACES, else beside the tree; "" when it is not there.
std::string recorded_traces();

// A folder of this test, empty.
std::string scratch_folder();

sim::Scenario load_world(const WorldSource& source);

// The command that runs the same world.
std::string repeat_command(const WorldSource& source);

class WorldRun {
 public:
  WorldRun(sim::RunResult result, std::string repeat);

  // A figure of the whole run, by its name in the summary; NaN where it is null.
  [[nodiscard]] double operator[](std::string_view field) const { return of("", field); }

  // The same of one group.
  [[nodiscard]] double of(std::string_view group, std::string_view field) const;

  // summary.json but for the four fields that may differ between equal runs, and `command`.
  [[nodiscard]] nlohmann::json record() const;

  // A group's part of summary.json.
  [[nodiscard]] nlohmann::json group(std::string_view name) const;

  [[nodiscard]] std::string digest() const { return summary_.at("digest"); }

  [[nodiscard]] const std::string& repeat() const { return repeat_; }

  [[nodiscard]] const sim::SummaryLookup& lookup() const { return result_.lookup; }

 private:
  sim::RunResult result_;
  nlohmann::json summary_;
  std::string repeat_;
};

// `out_folder` is as with fnsim's --out.
WorldRun run_world(const WorldSource& source,
                   std::uint32_t threads = 1,
                   const std::string& out_folder = "");

// The worlds of a scenario, not yet run, in the order of their names: for tests that look inside.
std::vector<std::unique_ptr<sim::GroupWorld>> open_worlds(const sim::Scenario& scenario);

// Lets one simulated minute of one world happen and closes it; `last_arrival` is the run's so far.
using MinuteOfWorld =
    std::function<void(sim::GroupWorld& world, core::Instant begin, core::Instant last_arrival)>;

// Takes the worlds to their end, minute by minute, as a run with one thread does. Each minute's
// decisions are dropped after it.
void run_minutes(std::vector<std::unique_ptr<sim::GroupWorld>>& worlds,
                 const MinuteOfWorld& minute);

}  // namespace fn::tests
