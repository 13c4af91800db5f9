// SPDX-License-Identifier: Apache-2.0
//
// How a trace is turned into calls. The defaults are those of `fnsim run --trace`.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/base/units.h"

namespace fn::sim {

enum class TraceFormat : std::uint8_t {
  kAuto,  // by the first bytes
  kAzure2019,
  kAzure2021,
  kCalls,
  kFaasrail,
  kFntrace,
  kHuawei2023,
  kIbm2026,
  kInvitro,  // what InVitro takes: azure2019 or azure2021
};

inline constexpr std::array<std::string_view, 9> kTraceFormatNames = {"auto",
                                                                      "azure2019",
                                                                      "azure2021",
                                                                      "calls",
                                                                      "faasrail",
                                                                      "fntrace",
                                                                      "huawei2023",
                                                                      "ibm2026",
                                                                      "invitro"};

// Where the calls that a trace counts in one minute lie inside this minute.
enum class Spread : std::uint8_t {
  kUniform,   // each at a seeded random nanosecond
  kEven,      // call j of n at j * 60 s / n
  kMidpoint,  // call j of n at (2j + 1) * 30 s / n, cut to whole microseconds
  kStart,     // all at the first instant: the worst burst
};

inline constexpr std::array<std::string_view, 4> kSpreadNames = {
    "uniform", "even", "midpoint", "start"};

// Which of two functions' calls at one instant comes first.
enum class Tie : std::uint8_t {
  kId,   // the smaller function id: the order of rows does not matter
  kRow,  // the earlier row of the invocation file
};

inline constexpr std::array<std::string_view, 2> kTieNames = {"id", "row"};

// How long a call runs.
enum class DurationSource : std::uint8_t {
  // A seeded draw per call from the percentiles of the durations file, linear between them, at
  // least 1 ms. The first run of a container takes as long as any other.
  kQuantiles,
  // The average, at least 1 ms; a container's first run takes the maximum instead.
  kAverage,
};

inline constexpr std::array<std::string_view, 2> kDurationSourceNames = {"quantiles", "average"};

// What a reader accepts at most, so that no input exhausts memory.
struct TraceLimits {
  std::uint64_t line_bytes = std::uint64_t{512} * 1024;
  std::uint64_t field_bytes = 256;
  std::uint64_t functions = 1'000'000;
  // Two weeks, as the whole published trace.
  std::uint64_t minutes = 20'160;
  // Of all functions together: the calls of one minute are in memory at once.
  std::uint64_t calls_per_minute = 10'000'000;
};

struct TraceOptions {
  // Every stream of the replay is forked from it by function id.
  std::uint64_t seed = 1;
  Spread spread = Spread::kUniform;
  Tie tie = Tie::kId;
  DurationSource durations = DurationSource::kQuantiles;
  // Which calls go to which group: "all" (one group "default"), "owner", "app", "owner:N" (a group
  // for each of the N owners with the most calls, "rest" for the others) or the path of a CSV file
  // (tenant_rule.h).
  std::string tenant = "all";
  // The time-out of every function; zero: none, because a trace holds calls that finished.
  core::Duration timeout{};
  // Of a per-call file: which columns say what (call_columns.h); empty: by their usual names.
  std::string columns;
  // Where a trace says nothing of it.
  core::Duration default_duration = std::chrono::milliseconds(100);
  core::MemoryMib default_memory{128};
  // What is done to the trace before it is replayed (trace_operations.h); empty and 1: nothing.
  std::string only;
  std::string from;
  std::string to;
  double scale = 1;
  std::string anonymise;  // the salt
  // Refuse functions without durations or memory instead of dropping them.
  bool strict = false;
  // Skip and count malformed rows instead of refusing the file.
  bool lenient = false;
  TraceLimits limits;
};

// The three files of one trace in the format of Azure Functions 2019.
struct Azure2019Files {
  std::string inv;  // calls per function and minute
  std::string run;  // durations per function, ms
  std::string mem;  // memory per function or app, MB
};

}  // namespace fn::sim
