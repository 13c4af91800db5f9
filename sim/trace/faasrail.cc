// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/faasrail.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/assert.h"
#include "core/base/hash.h"
#include "sim/trace/minute_cursors.h"
#include "sim/trace/quantiles.h"
#include "sim/trace/row_reader.h"

namespace fn::sim {

namespace {

constexpr double kLongestMs = 31.0 * 24 * 3600 * 1000;
constexpr std::uint64_t kLargestMinute = 100'000'000;
// Calls of one function are numbered in 32 bits.
constexpr std::uint64_t kCallsPerFunction = 0xffffffffU;
constexpr std::size_t kFirstMinute = 2;

// "7" or "1-288": the minutes that a column stands for.
struct MinuteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

bool parse_range(std::string_view name, MinuteRange& range) {
  const std::size_t dash = name.find('-');
  if (!parse_whole(name.substr(0, dash), kLargestMinute, range.first)) {
    return false;
  }
  range.last = range.first;
  return dash == std::string_view::npos ||
         (parse_whole(name.substr(dash + 1), kLargestMinute, range.last) &&
          range.first <= range.last);
}

// What the workload's JSON calls it; "function" where it does not.
std::string workload_name(std::string_view json, std::uint64_t limit) {
  constexpr std::string_view kKey = "\"bench\"";
  constexpr std::string_view kBlanks = " \t";
  std::string_view rest = json.substr(std::min(json.find(kKey), json.size()));
  rest.remove_prefix(std::min(kKey.size(), rest.size()));
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  rest.remove_prefix(rest.starts_with(':') ? 1 : rest.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  rest.remove_prefix(rest.starts_with('"') ? 1 : rest.size());
  const std::string_view name = rest.substr(0, std::min(rest.find('"'), rest.size()));
  return std::string(name_fault(name, limit) == nullptr ? name : "function");
}

class FaasrailReader final : public TraceReader {
 public:
  FaasrailReader(core::ByteSourcePtr source, const TraceOptions& options)
      : source_(std::move(source)), options_(options), lines_(*source_, options_.limits, &digest_) {
    known_paths = {source_->name()};
  }

  // Everything but the counts, which are checked and found again by their place.
  core::Status read();

  core::Result<bool> next(core::TraceMinute& minute) override { return cursors_->next(minute); }

 private:
  core::Status read_header();
  core::Status read_rows();
  Fault take_row();
  Fault split_row();
  Fault read_counts(std::uint64_t& calls);
  void finish();

  core::ByteSourcePtr source_;
  TraceOptions options_;
  Sha256 digest_;
  LineReader lines_;
  std::vector<std::string> names_;  // of the columns
  bool ranges_ = false;
  Fields fields_;
  std::string unquoted_;
  std::vector<std::uint64_t> per_minute_;
  std::vector<std::pair<std::size_t, std::uint64_t>> counts_;  // of one row, without zeros
  std::set<std::uint64_t> seen_;                               // hashes of rows' functions
  std::vector<CountRow> rows_;
  std::uint64_t rows_read_ = 0;
  std::string first_skipped_;
  std::unique_ptr<MinuteCursors> cursors_;
};

core::Status FaasrailReader::read_header() {
  const core::Result<Header> header = Header::read(source_->name(), lines_, options_.limits);
  if (!header) {
    return tl::unexpected(header.error());
  }
  names_ = header->names();
  const auto wrong = [this](const RowFault& what) {
    return core::fail(core::ErrorCode::kInvalidArgument, describe(source_->name(), 1, what));
  };
  if (!is_faasrail(names_)) {
    return wrong(fault("", "avg,mapped_wreq and a column for each minute", lines_.line()));
  }
  std::uint64_t last = 0;
  for (std::size_t column = kFirstMinute; column < names_.size(); ++column) {
    MinuteRange range;
    const bool good =
        parse_range(names_[column], range) && (column == kFirstMinute || range.first == last + 1);
    if (!good) {
      return wrong(fault(std::to_string(column + 1),
                         column == kFirstMinute
                             ? std::string("a minute such as 1 or 1-288")
                             : "the minutes from " + std::to_string(last + 1) + " on",
                         names_[column]));
    }
    ranges_ = ranges_ || range.first < range.last;
    last = range.last;
  }
  if (names_.size() - kFirstMinute > options_.limits.minutes) {
    return wrong(
        too_many("", "at most " + std::to_string(options_.limits.minutes) + " minute columns"));
  }
  per_minute_.resize(names_.size() - kFirstMinute);
  return {};
}

Fault FaasrailReader::split_row() {
  if (lines_.fault() != nullptr) {
    return fault("", lines_.fault(), lines_.line());
  }
  if (const char* wrong = split_quoted(lines_.line(), names_.size(), fields_, unquoted_)) {
    return fault("", wrong, lines_.line());
  }
  if (fields_.size() != names_.size()) {
    return RowFault{"",
                    std::to_string(names_.size()) + " fields as in the header",
                    fields_.size() > names_.size() ? "more" : std::to_string(fields_.size()),
                    true};
  }
  return std::nullopt;
}

Fault FaasrailReader::read_counts(std::uint64_t& calls) {
  const std::uint64_t most = options_.limits.calls_per_minute;
  counts_.clear();
  for (std::size_t minute = 0; minute < per_minute_.size(); ++minute) {
    const std::size_t column = kFirstMinute + minute;
    std::uint64_t count = 0;
    if (!parse_whole(fields_[column], most, count)) {
      return fault(names_[column],
                   "a whole number of calls from 0 to " + std::to_string(most),
                   fields_[column]);
    }
    if (count > most - per_minute_[minute]) {
      return too_many(names_[column],
                      "at most " + std::to_string(most) + " calls of all functions in one minute");
    }
    calls += count;
    if (count > 0) {
      counts_.emplace_back(minute, count);
    }
  }
  // The cursors that read the counts again know no quotes.
  const std::size_t end = lines_.line().rfind('"');
  const auto* begin = lines_.line().data();
  const auto* counts = fields_[kFirstMinute].data();
  const bool plain = counts >= begin && counts <= begin + lines_.line().size() &&
                     (end == std::string_view::npos || begin + end < counts);
  return plain ? std::nullopt
               : Fault(fault(names_[kFirstMinute], "counts without quotes", lines_.line()));
}

Fault FaasrailReader::take_row() {
  if (Fault wrong = split_row()) {
    return wrong;
  }
  double milliseconds = 0;
  if (!parse_decimal(fields_[0], kLongestMs, milliseconds)) {
    return fault(names_[0], "milliseconds from 0 to 31 days", fields_[0]);
  }
  if (!fields_[1].starts_with('{')) {
    return fault(names_[1], "a workload as JSON, {\"bench\": ...}", fields_[1]);
  }
  std::uint64_t calls = 0;
  if (Fault wrong = read_counts(calls)) {
    return wrong;
  }
  if (calls > kCallsPerFunction) {
    return fault("", "fewer than 2^32 calls of one function", std::to_string(calls));
  }
  if (rows_.size() >= options_.limits.functions) {
    return too_many("", "at most " + std::to_string(options_.limits.functions) + " functions");
  }
  for (const auto& [minute, count] : counts_) {
    per_minute_[minute] += count;
  }
  const std::string key = std::string(fields_[0]) + "\n" + std::string(fields_[1]);
  known_head.trust.duplicates += seen_.insert(core::siphash24(0, 0, key)).second ? 0U : 1U;
  core::TraceFunction& function = known_head.functions.emplace_back();
  function.tenant = "default";
  function.app = workload_name(fields_[1], options_.limits.field_bytes);
  function.name = function.app + "-" + std::to_string(rows_read_);
  function.memory_mib = options_.default_memory.value;
  function.calls = calls;
  function.durations.average = from_ms(milliseconds);
  function.durations.maximum = function.durations.average;
  function.durations.quantiles.fill(function.durations.average);
  known_head.trust.zero_durations += function.durations.average == core::Duration::zero() ? 1U : 0U;
  const std::string_view line = lines_.line();
  const auto place = static_cast<std::uint64_t>(fields_[kFirstMinute].data() - line.data());
  rows_.push_back({static_cast<std::uint32_t>(known_head.functions.size() - 1),
                   lines_.offset() + place,
                   calls});
  return std::nullopt;
}

core::Status FaasrailReader::read_rows() {
  while (true) {
    const core::Result<bool> more = lines_.next();
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return {};
    }
    ++rows_read_;
    if (const Fault wrong = take_row()) {
      std::string text = describe(source_->name(), lines_.number(), *wrong);
      if (!options_.lenient) {
        return core::fail(core::ErrorCode::kInvalidArgument, std::move(text));
      }
      if (known_head.trust.rows_skipped++ == 0) {
        first_skipped_ = std::move(text);
      }
    }
  }
}

void FaasrailReader::finish() {
  const std::string name = source_->name();
  known_head.sha256 = digest_.hex();
  known_head.end_ns = static_cast<std::int64_t>(per_minute_.size()) * core::kTraceMinuteNs;
  known_head.trust.defaulted_memory = known_head.functions.size();
  known_head.notes = {"every call runs its function's mean duration, as nothing else is published",
                      "every container has " + std::to_string(options_.default_memory.value) +
                          " MiB, as specifications say nothing of memory"};
  if (ranges_) {
    known_head.notes.emplace_back(
        "each column is a minute of the experiment, whatever range of the day it stands for");
  }
  if (known_head.trust.rows_skipped > 0) {
    warn(name + ": skipped " + std::to_string(known_head.trust.rows_skipped) +
         " malformed rows; the first: " + first_skipped_);
  }
  if (known_head.trust.duplicates > 0) {
    warn(name + ": " + std::to_string(known_head.trust.duplicates) +
         " rows have duration and workload of an earlier one; they are functions of their own");
  }
  cursors_ = std::make_unique<MinuteCursors>(
      source_, static_cast<std::uint32_t>(per_minute_.size()), rows_);
}

core::Status FaasrailReader::read() {
  core::Status done = read_header();
  done = done ? read_rows() : done;
  if (!done) {
    return done;
  }
  if (known_head.functions.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      source_->name() + ":2: expected at least one function, found none");
  }
  finish();
  return {};
}

}  // namespace

bool is_faasrail(const std::vector<std::string>& names) {
  return names.size() > kFirstMinute && names[0] == "avg" && names[1] == "mapped_wreq";
}

core::Result<TraceReaderPtr> read_faasrail(core::ByteSourcePtr source,
                                           const TraceOptions& options) {
  FN_ASSERT(source->seekable());
  auto reader = std::make_unique<FaasrailReader>(std::move(source), options);
  if (core::Status read = reader->read(); !read) {
    return tl::unexpected(read.error());
  }
  return TraceReaderPtr(std::move(reader));
}

}  // namespace fn::sim
