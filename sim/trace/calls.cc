// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/calls.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/wide.h"
#include "sim/trace/call_rows.h"
#include "sim/trace/call_sorter.h"
#include "sim/trace/trace_table.h"

namespace fn::sim {

namespace {

// The first instant of 2000: no trace of its own zero reaches it, no time of day is before it.
constexpr std::int64_t kYear2000Ns = 946'684'800'000'000'000;

class CallsReader final : public TraceReader {
 public:
  CallsReader(core::ByteSourcePtr source, const TraceOptions& options)
      : source_(std::move(source)),
        options_(options),
        rows_(*source_, options_, &digest_),
        sorter_(kSortedRows) {
    known_paths = {source_->name()};
  }

  core::Status open() {
    core::Status opened = rows_.open();
    counted_ = !rows_.columns().count.name.empty();
    return opened;
  }

  [[nodiscard]] bool whole_head() const override { return false; }

  core::Result<bool> next(core::TraceMinute& minute) override;

 private:
  core::Status read_more();
  core::Status take(const CallRow& row);
  void end();
  void tell_durations();
  static void add_up(core::TraceMinute& minute);
  std::uint32_t function_of(const CallRow& row);

  core::ByteSourcePtr source_;
  TraceOptions options_;
  Sha256 digest_;
  CallRows rows_;
  CallSorter sorter_;
  NameTable names_;
  std::string key_;
  std::vector<core::TraceCall> ready_;
  std::size_t ready_begin_ = 0;
  bool ended_ = false;
  bool zero_known_ = false;
  std::int64_t latest_ns_ = 0;
  bool counted_ = false;  // rows count calls
  std::vector<core::WideInt> run_sums_;
};

std::uint32_t CallsReader::function_of(const CallRow& row) {
  // No name holds a control character.
  key_.assign(row.tenant);
  key_ += '\n';
  key_ += row.app;
  key_ += '\n';
  key_ += row.function;
  const NameTable::Entry entry = names_.intern(key_);
  if (entry.fresh) {
    core::TraceFunction& function = known_head.functions.emplace_back();
    function.tenant = row.tenant;
    function.app = row.app;
    function.name = row.function;
  }
  core::TraceFunction& function = known_head.functions[entry.number];
  function.memory_mib = std::max(function.memory_mib, row.memory_mib);
  function.calls += row.count;
  return entry.number;
}

core::Status CallsReader::take(const CallRow& row) {
  if (known_head.functions.size() >= options_.limits.functions) {
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        describe(
            source_->name(),
            rows_.line(),
            too_many("", "at most " + std::to_string(options_.limits.functions) + " functions")));
  }
  latest_ns_ = std::max(latest_ns_, row.start_ns);
  if (row.count == 0) {
    return {};
  }
  core::TraceCall call{row.start_ns, row.run_ns, function_of(row)};
  known_head.trust.zero_durations += row.run_ns == 0 ? 1U : 0U;
  if (counted_) {
    run_sums_.resize(known_head.functions.size());
    run_sums_[call.function] += core::WideInt{row.run_ns} * row.count;
    // Until its minute is handed out, the number stands where a call has its duration.
    call.run_ns = static_cast<std::int64_t>(row.count);
  }
  if (!sorter_.add(call)) {
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        describe(source_->name(),
                 rows_.line(),
                 {"",
                  "calls ordered by start, or at most " + std::to_string(kSortedRows) +
                      " rows late; sort the file by its start column",
                  "a start that is earlier than that",
                  true}));
  }
  return {};
}

core::Status CallsReader::read_more() {
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(ready_begin_));
  ready_begin_ = 0;
  CallRow row;
  while (!sorter_.full()) {
    const core::Result<bool> more = rows_.next(row);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      ended_ = true;
      break;
    }
    if (core::Status taken = take(row); !taken) {
      return taken;
    }
  }
  const std::size_t before = ready_.size();
  sorter_.take(ended_, ready_);
  if (!zero_known_ && !ready_.empty()) {
    zero_known_ = true;
    const std::int64_t first = ready_.front().start_ns;
    known_head.origin_unix_ns = first < kYear2000Ns ? 0 : first - first % core::kTraceMinuteNs;
  }
  for (std::size_t index = before; index < ready_.size(); ++index) {
    ready_[index].start_ns -= known_head.origin_unix_ns;
  }
  if (ended_) {
    end();
  }
  return {};
}

// Counted calls run for the mean of what their function's rows say.
void CallsReader::tell_durations() {
  for (std::size_t number = 0; number < run_sums_.size(); ++number) {
    core::TraceFunction& function = known_head.functions[number];
    const core::Duration mean(static_cast<std::int64_t>(run_sums_[number] / function.calls));
    function.durations.average = std::max(core::Duration(1), mean);
    function.durations.maximum = function.durations.average;
    function.durations.quantiles.fill(function.durations.average);
  }
}

// Rows of one function and minute become one count.
void CallsReader::add_up(core::TraceMinute& minute) {
  std::sort(minute.calls.begin(), minute.calls.end(), [](const auto& left, const auto& right) {
    return left.function < right.function;
  });
  for (const core::TraceCall& row : minute.calls) {
    const auto calls = static_cast<std::uint32_t>(row.run_ns);
    if (minute.counts.empty() || minute.counts.back().function != row.function) {
      minute.counts.push_back({row.function, calls});
    } else {
      minute.counts.back().calls += calls;
    }
  }
  minute.calls.clear();
}

void CallsReader::end() {
  tell_durations();
  known_head.sha256 = digest_.hex();
  known_head.notes = {rows_.mapping()};
  core::TraceTrust& trust = known_head.trust;
  trust.rows_skipped = rows_.skipped();
  trust.end_before_start = rows_.end_before_start();
  trust.out_of_order = sorter_.out_of_order();
  trust.duplicates = sorter_.duplicates();
  std::uint64_t calls = 0;
  for (const core::TraceFunction& function : known_head.functions) {
    calls += function.calls;
  }
  const CallColumns& columns = rows_.columns();
  trust.defaulted_durations = columns.duration.name.empty() && columns.end.name.empty() ? calls : 0;
  trust.defaulted_memory = columns.memory.name.empty() ? known_head.functions.size() : 0;
  if (trust.rows_skipped > 0) {
    known_warnings.push_back(source_->name() + ": skipped " + std::to_string(trust.rows_skipped) +
                             " malformed rows; the first: " + rows_.first_skipped());
  }
  if (rows_.unended()) {
    known_warnings.push_back(
        source_->name() +
        ": the last row has no line break; if the file was cut there, its last "
        "number may be wrong");
  }
  if (!ready_.empty()) {
    const std::int64_t latest = latest_ns_ - known_head.origin_unix_ns;
    known_head.end_ns = (latest / core::kTraceMinuteNs + 1) * core::kTraceMinuteNs;
  }
}

core::Result<bool> CallsReader::next(core::TraceMinute& minute) {
  minute.counts.clear();
  minute.calls.clear();
  while (!ended_ &&
         (ready_begin_ == ready_.size() || ready_[ready_begin_].start_ns / core::kTraceMinuteNs ==
                                               ready_.back().start_ns / core::kTraceMinuteNs)) {
    if (core::Status read = read_more(); !read) {
      return tl::unexpected(read.error());
    }
    if (ready_.size() - ready_begin_ > options_.limits.calls_per_minute + 2 * kSortedRows) {
      return core::fail(
          core::ErrorCode::kInvalidArgument,
          describe(source_->name(),
                   rows_.line(),
                   too_many("",
                            "at most " + std::to_string(options_.limits.calls_per_minute) +
                                " calls in one minute")));
    }
  }
  if (ready_.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      source_->name() + ":2: expected at least one call, found none");
  }
  if (ready_begin_ == ready_.size()) {
    return false;
  }
  const auto begin = ready_.begin() + static_cast<std::ptrdiff_t>(ready_begin_);
  minute.number = begin->start_ns / core::kTraceMinuteNs;
  const std::int64_t end_ns = (minute.number + 1) * core::kTraceMinuteNs;
  const auto end = std::partition_point(begin, ready_.end(), [end_ns](const core::TraceCall& call) {
    return call.start_ns < end_ns;
  });
  minute.calls.assign(begin, end);
  ready_begin_ = static_cast<std::size_t>(end - ready_.begin());
  if (counted_) {
    add_up(minute);
  }
  return true;
}

}  // namespace

core::Result<TraceReaderPtr> read_calls(core::ByteSourcePtr source, const TraceOptions& options) {
  auto reader = std::make_unique<CallsReader>(std::move(source), options);
  if (core::Status opened = reader->open(); !opened) {
    return tl::unexpected(opened.error());
  }
  return TraceReaderPtr(std::move(reader));
}

}  // namespace fn::sim
