// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/assert.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/sha256.h"
#include "sim/trace/trace_operations.h"
#include "sim/trace/trace_table.h"

namespace fn::sim {

namespace {

class MergedTrace final : public TraceReader {
 public:
  explicit MergedTrace(std::vector<TraceReaderPtr> readers) {
    for (TraceReaderPtr& reader : readers) {
      parts_.emplace_back(std::move(reader));
    }
  }

  // Aligns the parts and joins their functions.
  core::Status join();

  core::Result<bool> next(core::TraceMinute& minute) override;

 private:
  struct Part {
    explicit Part(TraceReaderPtr from) : reader(std::move(from)) {}

    TraceReaderPtr reader;
    std::int64_t later_minutes = 0;  // that its zero is behind ours
    std::vector<std::uint32_t> numbers;
    core::TraceMinute minute;
    bool ahead = false;  // `minute` is to be handed out
    bool ended = false;
  };

  core::Status align();
  void join_functions(Part& part);
  void join_trust(const core::TraceTrust& trust);
  core::Status read_ahead(Part& part) const;
  static void join_minute(Part& part, core::TraceMinute& minute);

  std::vector<Part> parts_;
  NameTable names_;
  std::vector<std::uint64_t> most_calls_;  // by function: of the part that gave the durations
};

core::Status MergedTrace::align() {
  std::int64_t origin = std::numeric_limits<std::int64_t>::max();
  for (const Part& part : parts_) {
    origin = std::min(origin, part.reader->head().origin_unix_ns);
  }
  known_head.origin_unix_ns = origin;
  known_head.begin_ns = std::numeric_limits<std::int64_t>::max();
  for (Part& part : parts_) {
    const core::TraceHead& head = part.reader->head();
    if (origin == 0 && head.origin_unix_ns != 0) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        part.reader->paths().front() +
                            ": has times of day, and another trace to be merged has not; they "
                            "share no axis of time");
    }
    const std::int64_t later = head.origin_unix_ns - origin;
    part.later_minutes = later / core::kTraceMinuteNs;
    known_head.begin_ns = std::min(known_head.begin_ns, head.begin_ns + later);
    known_head.end_ns = std::max(known_head.end_ns, head.end_ns + later);
  }
  return {};
}

void MergedTrace::join_functions(Part& part) {
  for (const core::TraceFunction& function : part.reader->head().functions) {
    const NameTable::Entry entry =
        names_.intern(function.tenant + "\n" + function.app + "\n" + function.name);
    part.numbers.push_back(entry.number);
    if (entry.fresh) {
      known_head.functions.push_back(function);
      most_calls_.push_back(function.calls);
      continue;
    }
    core::TraceFunction& joined = known_head.functions[entry.number];
    joined.memory_mib = std::max(joined.memory_mib, function.memory_mib);
    joined.calls += function.calls;
    joined.trigger = joined.trigger.empty() ? function.trigger : joined.trigger;
    const bool counted = function.durations.maximum > core::Duration::zero();
    if (counted && (function.calls > most_calls_[entry.number] ||
                    joined.durations.maximum == core::Duration::zero())) {
      joined.durations = function.durations;
      most_calls_[entry.number] = function.calls;
    }
  }
}

void MergedTrace::join_trust(const core::TraceTrust& trust) {
  known_head.trust.rows_skipped += trust.rows_skipped;
  known_head.trust.duplicates += trust.duplicates;
  known_head.trust.zero_durations += trust.zero_durations;
  known_head.trust.lost_functions += trust.lost_functions;
  known_head.trust.lost_calls += trust.lost_calls;
  known_head.trust.end_before_start += trust.end_before_start;
  known_head.trust.out_of_order += trust.out_of_order;
  known_head.trust.defaulted_durations += trust.defaulted_durations;
  known_head.trust.defaulted_memory += trust.defaulted_memory;
}

core::Status MergedTrace::join() {
  if (core::Status aligned = align(); !aligned) {
    return aligned;
  }
  Sha256 digest;
  for (Part& part : parts_) {
    const core::TraceHead& head = part.reader->head();
    join_functions(part);
    join_trust(head.trust);
    digest.update(head.sha256);
    for (const std::string& note : head.notes) {
      if (std::find(known_head.notes.begin(), known_head.notes.end(), note) ==
          known_head.notes.end()) {
        known_head.notes.push_back(note);
      }
    }
    const auto& paths = part.reader->paths();
    known_paths.insert(known_paths.end(), paths.begin(), paths.end());
    const auto& warnings = part.reader->warnings();
    known_warnings.insert(known_warnings.end(), warnings.begin(), warnings.end());
  }
  known_head.sha256 = digest.hex();
  return {};
}

core::Status MergedTrace::read_ahead(Part& part) const {
  if (part.ahead || part.ended) {
    return {};
  }
  const core::Result<bool> more = part.reader->next(part.minute);
  if (!more) {
    return tl::unexpected(more.error());
  }
  part.ended = !*more;
  part.ahead = *more;
  part.minute.number += part.ahead ? part.later_minutes : 0;
  return {};
}

void MergedTrace::join_minute(Part& part, core::TraceMinute& minute) {
  const std::int64_t later_ns = part.later_minutes * core::kTraceMinuteNs;
  for (const core::TraceCount& count : part.minute.counts) {
    minute.counts.push_back({part.numbers[count.function], count.calls});
  }
  for (const core::TraceCall& call : part.minute.calls) {
    minute.calls.push_back({call.start_ns + later_ns, call.run_ns, part.numbers[call.function]});
  }
  part.ahead = false;
}

// Counts of one function become one, ascending by function.
void add_up(std::vector<core::TraceCount>& counts) {
  std::sort(counts.begin(), counts.end(), [](const auto& left, const auto& right) {
    return left.function < right.function;
  });
  std::size_t kept = 0;
  for (const core::TraceCount& count : counts) {
    if (kept > 0 && counts[kept - 1].function == count.function) {
      counts[kept - 1].calls += count.calls;
    } else {
      counts[kept++] = count;
    }
  }
  counts.resize(kept);
}

core::Result<bool> MergedTrace::next(core::TraceMinute& minute) {
  constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  minute.counts.clear();
  minute.calls.clear();
  minute.number = kNone;
  for (Part& part : parts_) {
    if (core::Status read = read_ahead(part); !read) {
      return tl::unexpected(read.error());
    }
    minute.number = part.ahead ? std::min(minute.number, part.minute.number) : minute.number;
  }
  if (minute.number == kNone) {
    return false;
  }
  for (Part& part : parts_) {
    if (part.ahead && part.minute.number == minute.number) {
      join_minute(part, minute);
    }
  }
  add_up(minute.counts);
  const auto by_start = [](const core::TraceCall& left, const core::TraceCall& right) {
    return left.start_ns < right.start_ns;
  };
  if (!std::is_sorted(minute.calls.begin(), minute.calls.end(), by_start)) {
    std::stable_sort(minute.calls.begin(), minute.calls.end(), by_start);
  }
  return true;
}

}  // namespace

core::Result<TraceReaderPtr> merge(std::vector<TraceReaderPtr> readers) {
  FN_ASSERT(!readers.empty());
  if (readers.size() == 1) {
    return std::move(readers.front());
  }
  for (TraceReaderPtr& reader : readers) {
    core::Result<TraceReaderPtr> whole = with_whole_head(std::move(reader));
    if (!whole) {
      return whole;
    }
    reader = std::move(*whole);
  }
  auto merged = std::make_unique<MergedTrace>(std::move(readers));
  if (core::Status joined = merged->join(); !joined) {
    return tl::unexpected(joined.error());
  }
  return TraceReaderPtr(std::move(merged));
}

core::Result<TraceReaderPtr> operate(TraceReaderPtr reader, const TraceOptions& options) {
  if (!options.only.empty()) {
    core::Result<TraceReaderPtr> kept = only(std::move(reader), options.only);
    if (!kept) {
      return kept;
    }
    reader = std::move(*kept);
  }
  if (!options.from.empty() || !options.to.empty()) {
    core::Result<TraceReaderPtr> part = cut(std::move(reader), options.from, options.to);
    if (!part) {
      return part;
    }
    reader = std::move(*part);
  }
  if (options.scale != 1) {
    reader = scale(std::move(reader), options.scale, options.seed);
  }
  if (!options.anonymise.empty()) {
    reader = anonymise(std::move(reader), options.anonymise);
  }
  return reader;
}

}  // namespace fn::sim
