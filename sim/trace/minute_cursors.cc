// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/minute_cursors.h"

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
  while (!active_.empty() && minute.counts.empty()) {
    minute.number = minute_;
    const core::Result<bool> good = read_minute(minute);
    if (!good) {
      return good;
    }
    if (!*good) {
      return core::fail(core::ErrorCode::kUnavailable,
                        source_->name() + ": changed while it was being replayed; run again");
    }
    ++minute_;
  }
  return !minute.counts.empty();
}

// False when something is not as the first pass saw it.
core::Result<bool> MinuteCursors::read_minute(core::TraceMinute& minute) {
  std::size_t kept = 0;
  const bool last = minute_ + 1 == minutes_;
  for (std::size_t index = 0; index < active_.size(); ++index) {
    Active& active = active_[index];
    std::uint64_t count = 0;
    core::Result<bool> good = next_count(active, count);
    if (!good || !*good) {
      return good;
    }
    if (last && count != active.calls_left) {
      return false;
    }
    if (count > 0) {
      minute.counts.push_back({active.function, static_cast<std::uint32_t>(count)});
      active.calls_left -= static_cast<std::uint32_t>(count);
    }
    if (active.calls_left > 0) {
      if (kept != index) {
        active_[kept] = active;
      }
      ++kept;
    }
  }
  active_.resize(kept);
  return true;
}

core::Result<bool> MinuteCursors::next_count(Active& active, std::uint64_t& count) {
  Cursor& cursor = active.cursor;
  count = 0;
  while (count <= active.calls_left) {
    if (cursor.begin == cursor.end) {
      const core::Result<std::size_t> got = source_->read_at(cursor.offset, cursor.buffer);
      if (!got) {
        return tl::unexpected(got.error());
      }
      cursor.offset += *got;
      cursor.begin = 0;
      cursor.end = static_cast<std::uint16_t>(*got);
      if (*got == 0) {
        return false;
      }
    }
    const char byte = cursor.buffer[cursor.begin];
    ++cursor.begin;
    if (byte == ',' || byte == '\n' || byte == '\r') {
      return true;
    }
    if (byte < '0' || byte > '9') {
      return false;
    }
    count = count * 10 + static_cast<std::uint64_t>(byte - '0');
  }
  return false;
}

}  // namespace fn::sim
