// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/azure2019.h"

#include <utility>

#include "sim/trace/csv.h"
#include "sim/trace/minute_cursors.h"

namespace fn::sim {

namespace {

std::string plural(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

bool is_whole(const TraceRow& row) {
  return row.has_durations && row.memory_mib > 0;
}

class Azure2019Reader final : public TraceReader {
 public:
  Azure2019Reader(const TraceSources& sources, const TraceTable& table) {
    known_paths = {sources.inv->name(), sources.run->name(), sources.mem->name()};
    known_warnings = table.warnings;
    known_head.sha256 = table.sha256;
    known_head.end_ns = table.minutes * core::kTraceMinuteNs;
    known_head.trust.rows_skipped = table.rows_skipped;
    known_head.trust.duplicates = table.duplicates;
    known_head.notes = {
        "a trace counts calls in the minute in which they end; they arrive in it",
        table.memory_by_app
            ? "each container has the average memory of its function's whole app"
            : "each container has the average memory that the trace gives its function"};
  }

  // The functions that all files know; the rest is dropped with one warning, or refused.
  core::Status take(const TraceSources& sources, const TraceTable& table, bool strict) {
    std::vector<CountRow> rows;
    const TraceRow* first_lost = nullptr;
    std::uint32_t first_number = 0;
    for (std::uint32_t number = 0; number < table.functions.size(); ++number) {
      const TraceRow& row = table.functions[number];
      if (is_whole(row)) {
        add(table, row, number, rows);
        continue;
      }
      ++known_head.trust.lost_functions;
      known_head.trust.lost_calls += row.calls;
      if (first_lost == nullptr) {
        first_lost = &row;
        first_number = number;
      }
    }
    if (first_lost != nullptr) {
      core::Status lost = tell_lost(sources, *first_lost, table.ids[first_number], strict);
      if (!lost) {
        return lost;
      }
    }
    cursors_ = std::make_unique<MinuteCursors>(sources.inv, table.minutes, rows);
    return {};
  }

  core::Result<bool> next(core::TraceMinute& minute) override { return cursors_->next(minute); }

 private:
  void add(const TraceTable& table,
           const TraceRow& row,
           std::uint32_t number,
           std::vector<CountRow>& rows) {
    const auto function = static_cast<std::uint32_t>(known_head.functions.size());
    rows.push_back({function, row.counts_offset, row.calls});
    known_head.functions.push_back({.tenant = std::string(table.owners[row.owner]),
                                    .app = std::string(table.apps[row.app]),
                                    .name = std::string(table.ids[number]),
                                    .trigger = std::string(table.triggers[row.trigger]),
                                    .memory_mib = row.memory_mib,
                                    .calls = row.calls,
                                    .durations = row.durations});
    known_head.trust.zero_durations += row.durations.average == core::Duration::zero() ? 1U : 0U;
  }

  core::Status tell_lost(const TraceSources& sources,
                         const TraceRow& first,
                         std::string_view name,
                         bool strict) {
    const ByteSource& lacking = first.has_durations ? *sources.mem : *sources.run;
    const std::string place = sources.inv->name() + ":" + std::to_string(first.line);
    const std::string id = quoted(name);
    if (strict || known_head.functions.empty()) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        place + ": field HashFunction: expected a function that " + lacking.name() +
                            " has a row for, found " + id +
                            (strict ? " (without --strict it is dropped)"
                                    : " and no other; do the three files belong together?"));
    }
    known_warnings.push_back("dropped " + plural(known_head.trust.lost_functions, "function") +
                             " with " + plural(known_head.trust.lost_calls, "call") +
                             " for lack of durations or memory; the first: " + place + ": " + id +
                             " is not in " + lacking.name());
    return {};
  }

  std::unique_ptr<MinuteCursors> cursors_;
};

}  // namespace

core::Result<TraceReaderPtr> read_azure2019(const TraceSources& sources,
                                            const TraceOptions& options) {
  const core::Result<TraceTable> table = read_trace_table(sources, options);
  if (!table) {
    return tl::unexpected(table.error());
  }
  auto reader = std::make_unique<Azure2019Reader>(sources, *table);
  if (core::Status taken = reader->take(sources, *table, options.strict); !taken) {
    return tl::unexpected(taken.error());
  }
  return TraceReaderPtr(std::move(reader));
}

core::Result<TraceReaderPtr> read_azure2019(const Azure2019Files& files,
                                            const TraceOptions& options) {
  TraceSources sources;
  const std::pair<const std::string*, ByteSourcePtr*> wanted[] = {
      {&files.inv, &sources.inv}, {&files.run, &sources.run}, {&files.mem, &sources.mem}};
  for (const auto& [path, source] : wanted) {
    core::Result<ByteSourcePtr> opened = core::open_bytes(*path);
    if (opened) {
      opened = core::make_seekable(std::move(*opened));
    }
    if (!opened) {
      return tl::unexpected(opened.error());
    }
    *source = std::move(*opened);
  }
  return read_azure2019(sources, options);
}

}  // namespace fn::sim
