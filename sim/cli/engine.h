// SPDX-License-Identifier: Apache-2.0
//
// What the commands ask of the simulator, and what they get back as text that is ready to print.
// The commands receive these functions as values, so that their tests need no simulator.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/check/expect.h"
#include "sim/scenario/scenario.h"

namespace fn::sim {

// How far a run has come.
struct Progress {
  core::Instant simulated;
  // Where it will end; the same instant or earlier when that is not known.
  core::Instant end;
  // Calls that have arrived.
  std::uint64_t calls = 0;
};

class ProgressSink {
 public:
  ProgressSink() = default;
  ProgressSink(const ProgressSink&) = delete;
  ProgressSink& operator=(const ProgressSink&) = delete;
  virtual ~ProgressSink() = default;

  // May be called as often as once per slice of simulated time, from one thread.
  virtual void update(const Progress& progress) = 0;
};

// What a run needs beside its scenario; nothing here changes its digest.
struct RunOptions {
  // The command that repeats the run, for the summary.
  std::string command;
  std::uint32_t threads = 1;
  // Folder for summary.json and the files beside it (sim/README.md); empty: none is written.
  std::string out_folder;
  // File for the metrics of every minute; empty: none is written.
  std::string metrics_file{};
  // Whether the table may have colours.
  bool coloured = false;
  // Whether it may have characters beyond ASCII.
  bool unicode = true;
};

struct RunResult {
  // The summary: fnsim.summary/1, the same as a table for people, and one line per group.
  std::string json;
  std::string table;
  std::string csv;
  // Its fields, for bounds; valid as long as it is.
  SummaryLookup lookup;
  // What the user should know about the input, one line each.
  std::vector<std::string> warnings;
};

struct BenchOptions {
  // Empty: all.
  std::vector<std::string> workloads;
  std::uint32_t threads = 1;
};

struct BenchRow {
  std::string workload;
  std::uint64_t calls = 0;
  double calls_per_s = 0;
  double ns_per_call = 0;
  double mb_per_s = 0;  // of input that is read; 0: none is
  double peak_rss_mib = 0;
  std::string digest;
};

core::Result<RunResult> run_scenario(const Scenario& scenario,
                                     const RunOptions& options,
                                     ProgressSink& progress);

core::Result<std::vector<BenchRow>> run_bench(const BenchOptions& options, ProgressSink& progress);

// The names that run_bench knows.
std::vector<std::string_view> bench_workloads();

struct Engine {
  std::function<core::Result<RunResult>(const Scenario&, const RunOptions&, ProgressSink&)> run;
  std::function<core::Result<std::vector<BenchRow>>(const BenchOptions&, ProgressSink&)> bench;
  std::vector<std::string_view> bench_workloads;
};

}  // namespace fn::sim
