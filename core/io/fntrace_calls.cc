// SPDX-License-Identifier: Apache-2.0
//
// Columns into calls: the hot part of reading a .fntrace file.

#include <algorithm>
#include <cstring>

#include "core/io/fntrace_reader.h"

namespace fn::core {

namespace {

template <typename Narrow>
std::uint64_t widen(const char* from, std::size_t items, std::uint64_t* to) {
  std::uint64_t largest = 0;
  for (std::size_t index = 0; index < items; ++index) {
    Narrow value = 0;
    std::memcpy(&value, from + index * sizeof(Narrow), sizeof(Narrow));
    to[index] = value;
    largest = std::max<std::uint64_t>(largest, value);
  }
  return largest;
}

// Returns the largest number.
std::uint64_t read_column(const char* from,
                          std::size_t items,
                          std::uint8_t width,
                          std::uint64_t* to) {
  switch (width) {
    case 1:
      return widen<std::uint8_t>(from, items, to);
    case 2:
      return widen<std::uint16_t>(from, items, to);
    case 4:
      return widen<std::uint32_t>(from, items, to);
    default:
      return widen<std::uint64_t>(from, items, to);
  }
}

bool is_width(std::uint8_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}

}  // namespace

bool FntraceReader::decode_calls(const fntrace::BlockHeader& header) {
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 62;
  fntrace::CallsHeader shape;
  const std::size_t items = header.items;
  if (items == 0 || items > fntrace::kBlockCalls || plain_.size() < sizeof(shape)) {
    return false;
  }
  std::memcpy(&shape, plain_.data(), sizeof(shape));
  const std::size_t row = std::size_t{shape.start_bytes} + shape.function_bytes + shape.run_bytes;
  if (!is_width(shape.start_bytes) || !is_width(shape.function_bytes) ||
      !is_width(shape.run_bytes) || plain_.size() != sizeof(shape) + items * row ||
      shape.start_unit_ns == 0 || shape.run_unit_ns == 0) {
    return false;
  }
  columns_.resize(3 * items);
  std::uint64_t* starts = columns_.data();
  std::uint64_t* functions = starts + items;
  std::uint64_t* runs = functions + items;
  const char* from = plain_.data() + sizeof(shape);
  const std::uint64_t latest = read_column(from, items, shape.start_bytes, starts);
  from += items * shape.start_bytes;
  const std::uint64_t function = read_column(from, items, shape.function_bytes, functions);
  from += items * shape.function_bytes;
  const std::uint64_t longest = read_column(from, items, shape.run_bytes, runs);
  const auto length = static_cast<std::uint64_t>(header.last_ns - header.first_ns);
  if (latest > length / shape.start_unit_ns || function >= head_.functions.size() ||
      longest > kLongest / shape.run_unit_ns) {
    return false;
  }
  calls_.resize(items);
  // No single step is longer than `length`, so that this cannot pass the last start by much unseen.
  std::uint64_t start = 0;
  for (std::size_t index = 0; index < items && start <= length; ++index) {
    start += starts[index] * shape.start_unit_ns;
    TraceCall& call = calls_[index];
    call.start_ns = header.first_ns + static_cast<std::int64_t>(start);
    call.run_ns = static_cast<std::int64_t>(runs[index] * shape.run_unit_ns);
    call.function = static_cast<std::uint32_t>(functions[index]);
  }
  return start == length;
}

// Whoever replays the trace relies on the head: on what it covers and on each function's calls.
Status FntraceReader::check_minute(const TraceMinute& minute) {
  if (minute.number < head_.begin_ns / kTraceMinuteNs ||
      minute.number > (head_.end_ns - 1) / kTraceMinuteNs) {
    return wrong(file_.directory_offset, "no calls outside the time that the head states");
  }
  bool good = true;
  for (const TraceCount& count : minute.counts) {
    std::uint64_t& left = calls_left_[count.function];
    good = good && left >= count.calls;
    left -= count.calls;
  }
  for (const TraceCall& call : minute.calls) {
    std::uint64_t& left = calls_left_[call.function];
    good = good && left > 0;
    --left;
  }
  return good ? Status()
              : wrong(file_.directory_offset, "no more calls of a function than its block states");
}

Status FntraceReader::check_end() const {
  const bool whole =
      from_minute_ > 0 ||
      std::all_of(calls_left_.begin(), calls_left_.end(), [](auto left) { return left == 0; });
  return whole ? Status()
               : wrong(file_.directory_offset, "as many calls of a function as its block states");
}

}  // namespace fn::core
