// SPDX-License-Identifier: Apache-2.0
//
// What tests of per-call traces share: readers of texts, everything that a reader hands out, and
// its errors.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/trace/calls.h"
#include "sim/trace/trace_reader.h"

namespace fn::tests {

inline core::Result<sim::TraceReaderPtr> read_text(const std::string& text,
                                                   const sim::TraceOptions& options = {},
                                                   bool seekable = false) {
  return sim::read_calls(core::memory_bytes("calls.csv", text, seekable), options);
}

struct WholeTrace {
  core::TraceHead head;
  std::vector<core::TraceMinute> minutes;
  std::vector<std::string> warnings;

  [[nodiscard]] std::vector<core::TraceCall> calls() const {
    std::vector<core::TraceCall> all;
    for (const core::TraceMinute& minute : minutes) {
      all.insert(all.end(), minute.calls.begin(), minute.calls.end());
    }
    return all;
  }

  // Calls of each minute from 0 on, counted and not.
  [[nodiscard]] std::vector<std::uint64_t> per_minute() const {
    std::vector<std::uint64_t> counts;
    for (const core::TraceMinute& minute : minutes) {
      counts.resize(static_cast<std::size_t>(minute.number) + 1);
      counts.back() += minute.calls.size();
      for (const core::TraceCount& count : minute.counts) {
        counts.back() += count.calls;
      }
    }
    return counts;
  }
};

inline core::Result<WholeTrace> read_whole(core::Result<sim::TraceReaderPtr> reader) {
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  WholeTrace whole;
  while (true) {
    core::TraceMinute minute;
    const core::Result<bool> more = (*reader)->next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      whole.head = (*reader)->head();
      whole.warnings = (*reader)->warnings();
      return whole;
    }
    whole.minutes.push_back(std::move(minute));
  }
}

inline std::string error_of_calls(const std::string& text, const sim::TraceOptions& options = {}) {
  const core::Result<WholeTrace> whole = read_whole(read_text(text, options));
  return whole ? "" : whole.error().message;
}

// "start run function;..." in microseconds.
inline std::string calls_text(const WholeTrace& trace) {
  std::string text;
  for (const core::TraceCall& call : trace.calls()) {
    text += std::to_string(call.start_ns / 1'000) + " " + std::to_string(call.run_ns / 1'000) +
            " " + trace.head.functions[call.function].name + ";";
  }
  return text;
}

}  // namespace fn::tests
