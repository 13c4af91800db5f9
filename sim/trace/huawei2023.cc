// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/huawei2023.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>

#include "core/base/assert.h"
#include "sim/trace/quantiles.h"
#include "sim/trace/sha256.h"
#include "sim/trace/trace_table.h"
#include "sim/trace/wide_rows.h"

namespace fn::sim {

namespace {

constexpr std::int64_t kNoMinute = -1;

// One table of the open day, and which function each of its columns is.
struct Table {
  std::unique_ptr<WideRows> rows;
  std::vector<std::uint32_t> functions;  // by column, kUnknown: of no interest
  bool ended = false;
};

// What is known of a function beside its calls.
struct Measured {
  double weighted_ms = 0;  // the sum of means times calls
  double weight = 0;
  double memory_mb = 0;
};

class Huawei2023Reader final : public TraceReader {
 public:
  Huawei2023Reader(std::vector<HuaweiDay> days, OpenBytes open, const TraceOptions& options)
      : days_(std::move(days)), open_(std::move(open)), options_(options) {
    for (const HuaweiDay& day : days_) {
      known_paths.push_back(day.requests);
    }
  }

  [[nodiscard]] bool whole_head() const override { return false; }

  // Opens the first day, so that what is no such table is told at once.
  core::Status begin() { return open_day(); }

  core::Result<bool> next(core::TraceMinute& minute) override;

 private:
  core::Status open_day();
  core::Status open_table(
      const std::string& path, WideCell cell, std::int64_t after, Sha256& digest, Table& table);
  core::Status close_day();
  core::Status close_table(Table& table);
  core::Status name_functions();
  core::Status take_memory();
  core::Status take_delays();
  void take_calls(core::TraceMinute& minute);
  void end();
  void end_functions();
  void say_notes();

  std::vector<HuaweiDay> days_;
  OpenBytes open_;
  TraceOptions options_;
  std::size_t day_ = 0;
  Table requests_;
  Table delays_;
  Table memory_;
  Sha256 requests_digest_;
  Sha256 other_digest_;
  bool any_delays_ = false;
  bool any_memory_ = false;
  std::int64_t first_minute_ = kNoMinute;
  std::int64_t last_minute_ = kNoMinute;
  std::uint64_t rows_ = 0;
  std::uint64_t other_days_ = 0;
  std::string first_skipped_;
  NameTable names_;
  std::vector<Measured> measured_;     // by function
  std::vector<std::uint32_t> called_;  // by function, in the minute at hand
  bool ended_ = false;
};

core::Status Huawei2023Reader::open_table(
    const std::string& path, WideCell cell, std::int64_t after, Sha256& digest, Table& table) {
  table = {};
  if (path.empty()) {
    return {};
  }
  core::Result<core::ByteSourcePtr> source = open_(path);
  if (!source) {
    return tl::unexpected(source.error());
  }
  table.rows = std::make_unique<WideRows>(std::move(*source), cell, after, options_, &digest);
  return table.rows->open();
}

core::Status Huawei2023Reader::open_day() {
  const HuaweiDay& day = days_[day_];
  core::Status opened =
      open_table(day.requests, WideCell::kCalls, last_minute_, requests_digest_, requests_);
  opened = opened ? name_functions() : opened;
  if (opened) {
    opened = open_table(day.delays, WideCell::kMilliseconds, kNoMinute, other_digest_, delays_);
  }
  if (opened) {
    opened = open_table(day.memory, WideCell::kMegabytes, kNoMinute, other_digest_, memory_);
  }
  if (!opened) {
    return opened;
  }
  for (Table* table : {&delays_, &memory_}) {
    if (table->rows != nullptr) {
      for (const std::string& name : table->rows->functions()) {
        table->functions.push_back(names_.find(name));
      }
    }
  }
  any_delays_ = any_delays_ || delays_.rows != nullptr;
  any_memory_ = any_memory_ || memory_.rows != nullptr;
  return take_memory();
}

core::Status Huawei2023Reader::name_functions() {
  for (const std::string& name : requests_.rows->functions()) {
    const NameTable::Entry entry = names_.intern(name);
    requests_.functions.push_back(entry.number);
    if (entry.fresh) {
      core::TraceFunction& function = known_head.functions.emplace_back();
      function.tenant = "0";
      function.app = name;
      function.name = name;
      function.trigger = "http";
      function.memory_mib = options_.default_memory.value;
    }
  }
  measured_.resize(known_head.functions.size());
  if (known_head.functions.size() > options_.limits.functions) {
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        describe(
            days_[day_].requests,
            1,
            too_many("", "at most " + std::to_string(options_.limits.functions) + " functions")));
  }
  return {};
}

core::Status Huawei2023Reader::close_table(Table& table) {
  if (table.rows == nullptr) {
    return {};
  }
  core::Status drained = table.rows->drain();
  if (table.rows->skipped() > 0 && known_head.trust.rows_skipped == 0) {
    first_skipped_ = table.rows->first_skipped();
  }
  known_head.trust.rows_skipped += table.rows->skipped();
  table = {};
  return drained;
}

core::Status Huawei2023Reader::close_day() {
  last_minute_ = requests_.rows->minute();
  other_days_ += requests_.rows->other_days();
  ++day_;
  core::Status closed = close_table(requests_);
  closed = closed ? close_table(delays_) : closed;
  return closed ? close_table(memory_) : closed;
}

// The largest limit of the day, for each function.
core::Status Huawei2023Reader::take_memory() {
  while (memory_.rows != nullptr) {
    const core::Result<bool> more = memory_.rows->next();
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      break;
    }
    const std::vector<double>& values = memory_.rows->values();
    for (std::size_t column = 0; column < values.size(); ++column) {
      const std::uint32_t function = memory_.functions[column];
      if (function != NameTable::kUnknown) {
        Measured& measured = measured_[function];
        measured.memory_mb = std::max(measured.memory_mb, values[column]);
      }
    }
  }
  return {};
}

// The mean durations of the minute whose calls are at hand.
core::Status Huawei2023Reader::take_delays() {
  const std::int64_t minute = requests_.rows->minute();
  if (delays_.rows == nullptr) {
    return {};
  }
  while (!delays_.ended && delays_.rows->minute() < minute) {
    const core::Result<bool> more = delays_.rows->next();
    if (!more) {
      return tl::unexpected(more.error());
    }
    delays_.ended = !*more;
  }
  if (delays_.ended || delays_.rows->minute() != minute) {
    return {};
  }
  const std::vector<double>& values = delays_.rows->values();
  for (std::size_t column = 0; column < values.size(); ++column) {
    const std::uint32_t function = delays_.functions[column];
    if (function != NameTable::kUnknown && values[column] != WideRows::kNone) {
      measured_[function].weighted_ms += values[column] * called_[function];
      measured_[function].weight += called_[function];
    }
  }
  return {};
}

void Huawei2023Reader::take_calls(core::TraceMinute& minute) {
  const std::vector<double>& values = requests_.rows->values();
  called_.assign(known_head.functions.size(), 0);
  for (std::size_t column = 0; column < values.size(); ++column) {
    called_[requests_.functions[column]] =
        static_cast<std::uint32_t>(std::max(values[column], 0.0));
  }
  minute.number = requests_.rows->minute();
  for (std::uint32_t function = 0; function < called_.size(); ++function) {
    if (called_[function] > 0) {
      minute.counts.push_back({function, called_[function]});
      known_head.functions[function].calls += called_[function];
    }
  }
  first_minute_ = rows_ == 0 ? minute.number : first_minute_;
  ++rows_;
}

core::Result<bool> Huawei2023Reader::next(core::TraceMinute& minute) {
  minute.counts.clear();
  minute.calls.clear();
  while (minute.counts.empty() && !ended_) {
    core::Status done;
    if (requests_.rows == nullptr) {
      done = open_day();
    }
    const core::Result<bool> more = done ? requests_.rows->next() : false;
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (done && *more) {
      take_calls(minute);
      done = take_delays();
    } else if (done) {
      done = close_day();
      ended_ = day_ == days_.size();
    }
    if (!done) {
      return tl::unexpected(done.error());
    }
  }
  if (!minute.counts.empty()) {
    return true;
  }
  if (rows_ == 0) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      known_paths.front() + ":2: expected at least one minute, found none");
  }
  end();
  return false;
}

void Huawei2023Reader::end_functions() {
  core::TraceTrust& trust = known_head.trust;
  for (std::size_t number = 0; number < known_head.functions.size(); ++number) {
    core::TraceFunction& function = known_head.functions[number];
    const Measured& measured = measured_[number];
    core::Duration run = options_.default_duration;
    if (measured.weight > 0) {
      run = from_ms(measured.weighted_ms / measured.weight);
      trust.zero_durations += run == core::Duration::zero() ? 1U : 0U;
    } else {
      trust.defaulted_durations += function.calls;
    }
    function.durations.average = run;
    function.durations.maximum = run;
    function.durations.quantiles.fill(run);
    if (measured.memory_mb > 0) {
      function.memory_mib = static_cast<std::int64_t>(std::ceil(measured.memory_mb));
    } else {
      ++trust.defaulted_memory;
    }
  }
}

void Huawei2023Reader::say_notes() {
  known_head.notes = {"the tables name functions only: owner \"0\", trigger http, an app for each"};
  const std::string otherwise =
      std::to_string(options_.default_duration / std::chrono::milliseconds(1)) + " ms";
  known_head.notes.push_back(
      any_delays_ ? "every call runs its function's mean duration, minutes weighted by calls, as "
                    "nothing but means is published; " +
                        otherwise + " where there is none"
                  : "every call runs " + otherwise + ", for lack of function_delay_minute");
  known_head.notes.push_back(
      any_memory_ ? "a container has the largest memory limit that its function had"
                  : "every container has " + std::to_string(options_.default_memory.value) +
                        " MiB, for lack of memory_limit_minute");
  const auto covered = static_cast<std::uint64_t>(last_minute_ - first_minute_ + 1);
  if (covered > rows_) {
    known_head.notes.push_back(std::to_string(covered - rows_) +
                               " minutes inside the trace have no row and so no calls");
  }
  if (other_days_ > 0) {
    known_warnings.push_back(known_paths.front() + ": " + std::to_string(other_days_) +
                             " rows have another day than their time; the time was believed");
  }
  if (known_head.trust.rows_skipped > 0) {
    known_warnings.push_back(known_paths.front() + ": skipped " +
                             std::to_string(known_head.trust.rows_skipped) +
                             " malformed rows; the first: " + first_skipped_);
  }
}

void Huawei2023Reader::end() {
  if (!known_head.sha256.empty()) {
    return;
  }
  known_head.begin_ns = first_minute_ * core::kTraceMinuteNs;
  known_head.end_ns = (last_minute_ + 1) * core::kTraceMinuteNs;
  known_head.sha256 = requests_digest_.hex();
  if (any_delays_ || any_memory_) {
    Sha256 both;
    both.update(known_head.sha256);
    both.update(other_digest_.hex());
    known_head.sha256 = both.hex();
  }
  end_functions();
  say_notes();
}

}  // namespace

core::Result<TraceReaderPtr> read_huawei2023(std::vector<HuaweiDay> days,
                                             OpenBytes open,
                                             const TraceOptions& options) {
  FN_ASSERT(!days.empty());
  auto reader = std::make_unique<Huawei2023Reader>(std::move(days), std::move(open), options);
  if (core::Status begun = reader->begin(); !begun) {
    return tl::unexpected(begun.error());
  }
  return TraceReaderPtr(std::move(reader));
}

}  // namespace fn::sim
