// SPDX-License-Identifier: Apache-2.0
//
// Calls come in in any order, a trace in order of time comes out. Some million calls at a time are
// sorted and wait in a nameless .fntrace file in $TMPDIR; files are merged as they are read, and
// before they get too many. Memory does not grow with the calls: kRunCalls of them, and a block of
// each of kMostRuns files.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/trace_model.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

class CallRuns {
 public:
  static constexpr std::size_t kRunCalls = 4'000'000;
  static constexpr std::size_t kMostRuns = 32;

  // `name`: what errors call the calls' file. `run_calls`: smaller in tests.
  explicit CallRuns(std::string name, std::size_t run_calls = kRunCalls)
      : name_(std::move(name)), run_calls_(run_calls) {}

  // `functions`: all up to that of the call; later ones come behind them.
  core::Status add(const core::TraceCall& call, const std::vector<core::TraceFunction>& functions) {
    calls_.push_back(call);
    return calls_.size() < run_calls_ ? core::Status() : flush(functions);
  }

  // All calls, ascending by start. Its head knows functions and their calls.
  // REQUIRES: at least one call was added.
  core::Result<TraceReaderPtr> finish(const std::vector<core::TraceFunction>& functions);

 private:
  core::Status flush(const std::vector<core::TraceFunction>& functions);
  core::Status join();

  std::string name_;
  std::size_t run_calls_;
  std::vector<core::TraceCall> calls_;
  std::vector<TraceReaderPtr> runs_;
};

}  // namespace fn::sim
