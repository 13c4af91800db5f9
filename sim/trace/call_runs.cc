// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/call_runs.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

#include "core/base/assert.h"
#include "core/io/byte_sink.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/trace_operations.h"

namespace fn::sim {

namespace {

constexpr int kFast = 1;

// Sorted calls in memory.
class SortedCalls final : public TraceReader {
 public:
  SortedCalls(const std::vector<core::TraceFunction>& functions,
              const std::vector<core::TraceCall>& calls)
      : calls_(calls) {
    known_head.functions = functions;
    const std::int64_t last = calls.back().start_ns / core::kTraceMinuteNs;
    known_head.begin_ns = calls.front().start_ns / core::kTraceMinuteNs * core::kTraceMinuteNs;
    known_head.end_ns = (last + 1) * core::kTraceMinuteNs;
  }

  core::Result<bool> next(core::TraceMinute& minute) override {
    minute.counts.clear();
    minute.calls.clear();
    if (at_ == calls_.size()) {
      return false;
    }
    minute.number = calls_[at_].start_ns / core::kTraceMinuteNs;
    const std::int64_t end = (minute.number + 1) * core::kTraceMinuteNs;
    while (at_ < calls_.size() && calls_[at_].start_ns < end) {
      minute.calls.push_back(calls_[at_++]);
    }
    return true;
  }

 private:
  const std::vector<core::TraceCall>& calls_;
  std::size_t at_ = 0;
};

// The same trace in a file without a name.
core::Result<TraceReaderPtr> stored(TraceReader& reader, const std::string& name) {
  const core::Result<std::unique_ptr<core::FileSink>> file = core::FileSink::temporary();
  if (!file) {
    return tl::unexpected(file.error());
  }
  const core::Result<std::uint64_t> written = write_fntrace(reader, **file, kFast);
  if (!written) {
    return tl::unexpected(written.error());
  }
  core::Result<core::ByteSourcePtr> source = (*file)->source(name);
  if (!source) {
    return tl::unexpected(source.error());
  }
  return read_fntrace(std::move(*source));
}

bool comes_before(const core::TraceCall& left, const core::TraceCall& right) {
  return std::tie(left.start_ns, left.function, left.run_ns) <
         std::tie(right.start_ns, right.function, right.run_ns);
}

}  // namespace

core::Status CallRuns::flush(const std::vector<core::TraceFunction>& functions) {
  std::sort(calls_.begin(), calls_.end(), comes_before);
  SortedCalls sorted(functions, calls_);
  core::Result<TraceReaderPtr> run = stored(sorted, name_);
  if (!run) {
    return tl::unexpected(run.error());
  }
  runs_.push_back(std::move(*run));
  calls_.clear();
  return runs_.size() < kMostRuns ? core::Status() : join();
}

core::Status CallRuns::join() {
  const core::Result<TraceReaderPtr> merged = merge(std::move(runs_));
  if (!merged) {
    return tl::unexpected(merged.error());
  }
  core::Result<TraceReaderPtr> run = stored(**merged, name_);
  if (!run) {
    return tl::unexpected(run.error());
  }
  runs_.clear();
  runs_.push_back(std::move(*run));
  return {};
}

core::Result<TraceReaderPtr> CallRuns::finish(const std::vector<core::TraceFunction>& functions) {
  FN_ASSERT(!calls_.empty() || !runs_.empty());
  if (!calls_.empty()) {
    if (core::Status flushed = flush(functions); !flushed) {
      return tl::unexpected(flushed.error());
    }
  }
  calls_ = {};
  return merge(std::move(runs_));
}

}  // namespace fn::sim
