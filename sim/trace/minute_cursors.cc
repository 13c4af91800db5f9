// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/minute_cursors.h"

#include <algorithm>
#include <utility>

namespace fn::sim {

MinuteCursors::MinuteCursors(ByteSourcePtr source,
                             std::uint32_t minutes,
                             const std::vector<CountRow>& rows)
    : source_(std::move(source)), minutes_(minutes) {
  for (const CountRow& row : rows) {
    if (row.calls > 0) {
      Active& active = active_.emplace_back();
      active.function = row.function;
      active.calls_left = static_cast<std::uint32_t>(row.calls);
      active.cursor.offset = row.offset;
    }
  }
}

core::Result<bool> MinuteCursors::next(core::TraceMinute& minute) {
  minute.counts.clear();
  minute.calls.clear();
  while (minute.counts.empty()) {
    if (minute_ == block_end_) {
      if (active_.empty()) {
        return false;
      }
      core::Result<bool> good = read_block();
      if (!good) {
        return good;
      }
      if (!*good) {
        return core::fail(core::ErrorCode::kUnavailable,
                          source_->name() + ": changed while it was being replayed; run again");
      }
    }
    minute.number = minute_;
    const std::uint32_t* counts = block_.data() + (minute_ - block_begin_) * functions_.size();
    for (std::size_t column = 0; column < functions_.size(); ++column) {
      if (counts[column] > 0) {
        minute.counts.push_back({functions_[column], counts[column]});
      }
    }
    ++minute_;
  }
  return true;
}

// The next minutes of all rows. False when something is not as the first pass saw it.
core::Result<bool> MinuteCursors::read_block() {
  block_begin_ = block_end_;
  block_end_ = std::min(minutes_, block_begin_ + static_cast<std::uint32_t>(kBlock));
  block_.assign((block_end_ - block_begin_) * active_.size(), 0);
  functions_.clear();
  std::size_t kept = 0;
  const std::size_t stride = active_.size();
  for (std::size_t index = 0; index < stride; ++index) {
    Active& active = active_[index];
    functions_.push_back(active.function);
    core::Result<bool> good = take_row(active, block_.data() + index, stride);
    if (!good || !*good) {
      return good;
    }
    if (active.calls_left > 0) {
      if (kept != index) {
        active_[kept] = active;
      }
      ++kept;
    }
  }
  active_.resize(kept);
  return block_end_ < minutes_ || kept == 0;
}

core::Result<bool> MinuteCursors::refill(Cursor& cursor) const {
  const core::Result<std::size_t> got = source_->read_at(cursor.offset, cursor.buffer);
  if (!got) {
    return tl::unexpected(got.error());
  }
  cursor.offset += *got;
  cursor.begin = 0;
  cursor.end = static_cast<std::uint16_t>(*got);
  return *got > 0;
}

// One count and the byte behind it. False when it is not as the first pass saw it.
core::Result<bool> MinuteCursors::take_count(Active& active, std::uint64_t& count) const {
  Cursor& cursor = active.cursor;
  count = 0;
  while (count <= active.calls_left) {
    if (cursor.begin == cursor.end) {
      core::Result<bool> more = refill(cursor);
      if (!more || !*more) {
        return more;
      }
    }
    const char byte = cursor.buffer[cursor.begin];
    ++cursor.begin;
    const auto digit = static_cast<unsigned char>(byte - '0');
    if (digit > 9) {
      return byte == ',' || byte == '\n' || byte == '\r';
    }
    count = count * 10 + digit;
  }
  return false;
}

core::Result<bool> MinuteCursors::take_row(Active& active,
                                           std::uint32_t* counts,
                                           std::size_t stride) const {
  for (std::uint32_t minute = block_begin_; minute < block_end_ && active.calls_left > 0;
       ++minute, counts += stride) {
    std::uint64_t count = 0;
    core::Result<bool> good = take_count(active, count);
    if (!good || !*good || count > active.calls_left) {
      return good && *good ? core::Result<bool>(false) : good;
    }
    *counts = static_cast<std::uint32_t>(count);
    active.calls_left -= static_cast<std::uint32_t>(count);
  }
  return true;
}

}  // namespace fn::sim
