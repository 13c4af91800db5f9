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
  // Counts of this many minutes of one row are taken at once, while its bytes are at hand.
  static constexpr std::size_t kBlock = 32;

  struct Cursor {
    std::uint64_t offset = 0;  // behind the buffer
    std::uint16_t begin = 0;
    std::uint16_t end = 0;
    std::array<char, 500> buffer{};
  };

  // A row that still has calls to come.
  struct Active {
    std::uint32_t function = 0;
    std::uint32_t calls_left = 0;
    Cursor cursor;
  };

  core::Result<bool> read_block();
  core::Result<bool> take_row(Active& active, std::uint32_t* counts, std::size_t stride) const;
  core::Result<bool> take_count(Active& active, std::uint64_t& count) const;
  core::Result<bool> refill(Cursor& cursor) const;

  ByteSourcePtr source_;
  std::uint32_t minutes_;
  std::uint32_t minute_ = 0;     // the next one to be handed out
  std::uint32_t block_end_ = 0;  // minutes before it are in the block
  std::uint32_t block_begin_ = 0;
  std::vector<Active> active_;
  std::vector<std::uint32_t> functions_;  // of the block's columns
  std::vector<std::uint32_t> block_;      // minute after minute, a count for each of functions_
};

}  // namespace fn::sim
