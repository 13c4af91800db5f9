// SPDX-License-Identifier: Apache-2.0
//
// A trace read to its end, with everything that TraceReader promises asserted on the way; for tests
// and fuzz targets of all formats.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/assert.h"
#include "core/base/result.h"
#include "core/io/trace_model.h"
#include "sim/trace/trace_reader.h"

namespace fn::tests {

// Adds the minute's calls up by function.
inline void check_minute(const core::TraceMinute& minute, std::vector<std::uint64_t>& calls) {
  const std::int64_t begin = minute.number * core::kTraceMinuteNs;
  FN_ASSERT(!minute.counts.empty() || !minute.calls.empty());
  std::int64_t last_function = -1;
  for (const core::TraceCount& count : minute.counts) {
    FN_ASSERT(count.calls > 0 && count.function < calls.size());
    FN_ASSERT(count.function > last_function);
    last_function = count.function;
    calls[count.function] += count.calls;
  }
  std::int64_t last_ns = begin;
  for (const core::TraceCall& call : minute.calls) {
    FN_ASSERT(call.start_ns >= last_ns && call.start_ns < begin + core::kTraceMinuteNs);
    FN_ASSERT(call.run_ns >= 0 && call.function < calls.size());
    last_ns = call.start_ns;
    ++calls[call.function];
  }
}

inline void check_head(const core::TraceHead& head, const std::vector<std::uint64_t>& calls) {
  FN_ASSERT(head.begin_ns >= 0 && head.begin_ns <= head.end_ns);
  FN_ASSERT(calls.size() == head.functions.size());
  for (std::size_t number = 0; number < calls.size(); ++number) {
    const core::TraceFunction& function = head.functions[number];
    FN_ASSERT(function.calls == calls[number]);
    FN_ASSERT(function.memory_mib >= 1 && !function.name.empty());
    core::Duration before{};
    for (const core::Duration quantile : function.durations.quantiles) {
      FN_ASSERT(quantile >= before);
      before = quantile;
    }
  }
}

// The minutes, or the reader's error, which is one line.
inline core::Result<std::vector<core::TraceMinute>> read_whole(sim::TraceReader& reader) {
  std::vector<core::TraceMinute> minutes;
  std::vector<std::uint64_t> calls;
  while (true) {
    core::TraceMinute minute;
    const core::Result<bool> more = reader.next(minute);
    if (!more) {
      FN_ASSERT(more.error().message.find('\n') == std::string::npos);
      return tl::unexpected(more.error());
    }
    calls.resize(reader.head().functions.size());
    if (!*more) {
      break;
    }
    FN_ASSERT(minutes.empty() || minute.number > minutes.back().number);
    check_minute(minute, calls);
    minutes.push_back(minute);
  }
  const core::TraceHead& head = reader.head();
  check_head(head, calls);
  if (!minutes.empty()) {
    FN_ASSERT(minutes.front().number * core::kTraceMinuteNs >=
              head.begin_ns / core::kTraceMinuteNs * core::kTraceMinuteNs);
    FN_ASSERT(minutes.back().number * core::kTraceMinuteNs < head.end_ns);
  }
  for (const std::string& line : reader.warnings()) {
    FN_ASSERT(line.find('\n') == std::string::npos);
  }
  core::TraceMinute behind;
  const core::Result<bool> more = reader.next(behind);
  FN_ASSERT(more && !*more);
  return minutes;
}

// Every count as "minute:function name=calls", or the error.
inline std::string counts_text(sim::TraceReader& reader) {
  const core::Result<std::vector<core::TraceMinute>> minutes = read_whole(reader);
  if (!minutes) {
    return minutes.error().message;
  }
  std::string text;
  for (const core::TraceMinute& minute : *minutes) {
    for (const core::TraceCount& count : minute.counts) {
      text += (text.empty() ? "" : " ") + std::to_string(minute.number) + ":" +
              reader.head().functions[count.function].name + "=" + std::to_string(count.calls);
    }
  }
  return text;
}

}  // namespace fn::tests
