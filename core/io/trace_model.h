// SPDX-License-Identifier: Apache-2.0
//
// What a trace says, whatever its format: functions, and minute by minute their calls, either one
// by one or counted. Times are nanoseconds from the trace's own zero, which is a full minute.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.h"

namespace fn::core {

inline constexpr std::int64_t kTraceMinuteNs = 60'000'000'000;

// The shares of calls at which a duration is known; Azure's columns percentile_Average_<p>.
inline constexpr std::array<double, 7> kQuantileShares = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};

// How long the calls of one function run, where they are counted and not known one by one.
struct FunctionDurations {
  // At kQuantileShares.
  std::array<Duration, kQuantileShares.size()> quantiles{};
  Duration average{};
  Duration maximum{};
};

struct TraceFunction {
  // Together they name it. A format without one of them says "default".
  std::string tenant;
  std::string app;
  std::string name;
  std::string trigger;          // "http", "timer", ...; empty: not known
  std::int64_t memory_mib = 0;  // of one container, at least 1
  std::uint64_t calls = 0;      // one by one and counted
  FunctionDurations durations;
};

struct TraceCall {
  std::int64_t start_ns = 0;
  std::int64_t run_ns = 0;
  std::uint32_t function = 0;  // its place in the list of functions
};

struct TraceCount {
  std::uint32_t function = 0;
  std::uint32_t calls = 0;
};

// One minute, [number * 60 s, (number + 1) * 60 s).
struct TraceMinute {
  std::int64_t number = 0;
  std::vector<TraceCount> counts;  // none is 0; ascending by function, each at most once
  std::vector<TraceCall> calls;    // ascending by start
};

// How far a trace can be trusted: what its reader noticed, in numbers.
struct TraceTrust {
  std::uint64_t rows_skipped = 0;         // malformed, with --lenient
  std::uint64_t duplicates = 0;           // rows that say again what another row said
  std::uint64_t zero_durations = 0;       // functions (counted) or calls of 0 ms: they run 1 ms
  std::uint64_t lost_functions = 0;       // without durations or memory: dropped
  std::uint64_t lost_calls = 0;           // their calls
  std::uint64_t end_before_start = 0;     // calls, with --lenient: dropped
  std::uint64_t out_of_order = 0;         // calls that stood behind later ones
  std::uint64_t defaulted_durations = 0;  // calls with the default duration
  std::uint64_t defaulted_memory = 0;     // functions with the default memory
};

// Everything but the calls.
struct TraceHead {
  std::vector<TraceFunction> functions;
  std::int64_t origin_unix_ns = 0;  // of the zero; 0: times are the trace's own
  std::int64_t begin_ns = 0;        // the trace covers [begin, end), with or without calls
  std::int64_t end_ns = 0;
  std::string sha256;              // of the source's bytes, 64 hexadecimal digits
  std::vector<std::string> notes;  // what was assumed in reading it, one line each
  TraceTrust trust;
};

}  // namespace fn::core
