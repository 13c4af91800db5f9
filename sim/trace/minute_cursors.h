// SPDX-License-Identifier: Apache-2.0
//
// Counts that lie row by row in a file, read minute by minute: each row has a cursor with a small
// buffer of its own, so memory grows with rows and not with the length of the trace.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/trace_model.h"
#include "sim/trace/csv.h"

namespace fn::sim {

// Where the counts of one function begin, and how many calls they add up to.
struct CountRow {
  std::uint32_t function = 0;
  std::uint64_t offset = 0;
  std::uint64_t calls = 0;
};

class MinuteCursors {
 public:
  // REQUIRES: every count was checked before; the source is seekable.
  MinuteCursors(ByteSourcePtr source, std::uint32_t minutes, const std::vector<CountRow>& rows);

  // The next minute with calls; false after the last one. An error: the file cannot be read any
  // more, or has changed.
  core::Result<bool> next(core::TraceMinute& minute);

 private:
  struct Cursor {
    std::uint64_t offset = 0;  // behind the buffer
    std::uint16_t begin = 0;
    std::uint16_t end = 0;
    std::array<char, 244> buffer{};
  };

  // A row that still has calls to come.
  struct Active {
    std::uint32_t function = 0;
    std::uint32_t calls_left = 0;
    Cursor cursor;
  };

  core::Result<bool> read_minute(core::TraceMinute& minute);
  core::Result<bool> next_count(Active& active, std::uint64_t& count);

  ByteSourcePtr source_;
  std::uint32_t minutes_;
  std::uint32_t minute_ = 0;
  std::vector<Active> active_;
};

}  // namespace fn::sim
