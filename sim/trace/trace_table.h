// SPDX-License-Identifier: Apache-2.0
//
// The first pass over an Azure Functions 2019 trace: everything about its functions except their
// counts per minute, of which only the place in the file is kept. Memory grows with the number of
// functions, not with the length of the trace. Every cell of the three files is checked here, so
// that the second pass (trace_arrivals.h) meets no surprise in a file that does not change.
//
// Columns are found by their names, in any order: HashOwner, HashApp, HashFunction, minute columns
// "480" or "minute_1" that count upwards without a gap (the first is simulated minute 0), Average,
// Maximum, percentile_Average_{0,1,25,50,75,99,100}, AverageAllocatedMb. Other columns of the
// durations and memory files are not read. The memory file is joined by function if it has
// HashFunction, by app otherwise, and then each function of an app has the memory of the whole app.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/io/byte_source.h"
#include "sim/trace/csv.h"
#include "sim/trace/quantiles.h"
#include "sim/trace/sha256.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

// Gives each distinct name a number, in order of appearance.
class NameTable {
 public:
  static constexpr std::uint32_t kUnknown = 0xffffffffU;

  struct Entry {
    std::uint32_t number = 0;
    bool fresh = false;
  };

  Entry intern(std::string_view name);
  [[nodiscard]] std::uint32_t find(std::string_view name) const;

  [[nodiscard]] std::string_view operator[](std::uint32_t number) const { return names_[number]; }

  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::vector<std::string_view> names_;  // of the keys, which never move
};

// One row of the invocation file with what the other two files say about it.
struct TraceRow {
  std::uint32_t owner = 0;
  std::uint32_t app = 0;
  std::uint32_t trigger = 0;        // of TraceTable::triggers
  std::uint64_t line = 0;           // in the invocation file
  std::uint64_t counts_offset = 0;  // of the first minute's count in the invocation file
  std::uint64_t calls = 0;
  bool has_durations = false;
  std::int64_t memory_mib = 0;  // 0: none found
  core::FunctionDurations durations;
};

struct TraceTable {
  NameTable ids;
  NameTable owners;
  NameTable apps;
  NameTable triggers;               // "" where the file has no such column
  std::vector<TraceRow> functions;  // in order of rows; number = that of its id
  std::uint32_t minutes = 0;
  bool memory_by_app = false;
  std::uint64_t rows_skipped = 0;  // malformed
  std::uint64_t duplicates = 0;    // rows of functions that had one already
  std::string sha256;
  std::vector<std::string> warnings;
};

struct TraceSources {
  ByteSourcePtr inv;
  ByteSourcePtr run;
  ByteSourcePtr mem;
};

// The invocation file alone, for read_trace_table().
core::Status read_invocations(const ByteSource& source,
                              const TraceOptions& options,
                              Sha256& digest,
                              TraceTable& table);

core::Result<TraceTable> read_trace_table(const TraceSources& sources, const TraceOptions& options);

}  // namespace fn::sim
