// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/bench_trace.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <tuple>
#include <utility>

#include "core/base/rng.h"
#include "core/io/byte_sink.h"
#include "core/io/fntrace_writer.h"
#include "sim/cli/clocks.h"
#include "sim/report/summary.h"
#include "sim/report/text.h"
#include "sim/trace/calls.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/minute_cursors.h"
#include "sim/trace/trace_export.h"
#include "sim/trace/trace_table.h"
#include "sim/workload/drawn_arrivals.h"
#include "sim/workload/trace_arrivals.h"
#include "sim/world/assumptions.h"
#include "sim/world/bench_workloads.h"
#include "sim/world/run_loop.h"

namespace fn::sim {

namespace {

constexpr std::size_t kRepetitions = 3;
constexpr std::uint64_t kCallCount = 5'000'000;

// Calls that were read, and a digest where there is one.
struct Read {
  std::uint64_t calls = 0;
  std::string digest = "-";
};

using Work = std::function<core::Result<Read>()>;

core::Result<BenchRow> time(const std::string& name, std::uint64_t bytes, const Work& work) {
  BenchRow row;
  row.workload = name;
  std::array<double, kRepetitions> seconds{};
  for (double& taken : seconds) {
    const double before = cpu_seconds();
    const core::Result<Read> read = work();
    taken = cpu_seconds() - before;
    if (!read) {
      return tl::unexpected(read.error());
    }
    row.calls = read->calls;
    row.digest = read->digest;
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[kRepetitions / 2];
  row.calls_per_s = static_cast<double>(row.calls) / median;
  row.ns_per_call = median * 1e9 / static_cast<double>(row.calls);
  row.mb_per_s = static_cast<double>(bytes) / 1e6 / median;
  row.peak_rss_mib = peak_rss_mib();
  return row;
}

std::string name_of(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name;
  for (int digit = 0; digit < 64; ++digit) {
    name += kDigits[core::mix64(number + static_cast<std::uint64_t>(digit)) & 15];
  }
  return name;
}

// Most cells are small, as in the published days.
std::string azure_day() {
  constexpr std::uint32_t kFunctions = 46'000;
  constexpr std::uint32_t kMinutes = 1'440;
  core::Rng rng(1);
  std::string text = "HashOwner,HashApp,HashFunction,Trigger";
  for (std::uint32_t minute = 1; minute <= kMinutes; ++minute) {
    text += ',';
    append_integer(text, minute);
  }
  text += '\n';
  for (std::uint32_t function = 0; function < kFunctions; ++function) {
    text += name_of(function / 5) + "," + name_of(function / 3 + 1'000'000) + "," +
            name_of(function + 2'000'000) + ",http";
    const std::uint64_t most = function % 100 == 0 ? 1'000 : function % 10 == 0 ? 40 : 2;
    for (std::uint32_t minute = 0; minute < kMinutes; ++minute) {
      text += ',';
      append_integer(text, rng.below(most));
    }
    text += '\n';
  }
  return text;
}

core::Result<Read> parse_day(const core::ByteSourcePtr& day) {
  TraceTable table;
  Sha256 digest;
  const core::Status read = read_invocations(*day, {}, digest, table);
  if (!read) {
    return tl::unexpected(read.error());
  }
  Read done;
  for (const TraceRow& row : table.functions) {
    done.calls += row.calls;
  }
  return done;
}

core::Result<Read> read_day(const core::ByteSourcePtr& day) {
  TraceTable table;
  Sha256 digest;
  const core::Status read = read_invocations(*day, {}, digest, table);
  if (!read) {
    return tl::unexpected(read.error());
  }
  std::vector<CountRow> rows;
  for (const TraceRow& row : table.functions) {
    rows.push_back({static_cast<std::uint32_t>(rows.size()), row.counts_offset, row.calls});
  }
  MinuteCursors cursors(day, table.minutes, rows);
  core::TraceMinute minute;
  Read done;
  while (true) {
    const core::Result<bool> more = cursors.next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return done;
    }
    for (const core::TraceCount& count : minute.counts) {
      done.calls += count.calls;
    }
  }
}

// Calls of some 2,000 functions, as a recorded file would have them: microseconds, long tails.
core::Result<core::ByteSourcePtr> some_calls() {
  constexpr std::uint32_t kFunctions = 2'000;
  core::Rng rng(2);
  core::TraceHead head;
  for (std::uint32_t function = 0; function < kFunctions; ++function) {
    head.functions.push_back({.tenant = "tenant-" + std::to_string(function % 50),
                              .app = "app-" + std::to_string(function % 500),
                              .name = "function-" + std::to_string(function),
                              .trigger = {},
                              .memory_mib = 128,
                              .calls = 0,
                              .durations = {}});
  }
  core::MemorySink sink;
  core::FntraceWriter writer(sink, 1);
  core::TraceMinute minute;
  std::int64_t at_us = 0;
  for (std::uint64_t call = 0; call < kCallCount;) {
    minute.calls.clear();
    minute.number = at_us * 1'000 / core::kTraceMinuteNs;
    const std::int64_t end_us = (minute.number + 1) * core::kTraceMinuteNs / 1'000;
    for (; at_us < end_us && call < kCallCount; ++call) {
      const auto function = static_cast<std::uint32_t>(rng.below(kFunctions));
      const auto run =
          static_cast<std::int64_t>(1'000 + rng.below(std::uint64_t{1} << rng.below(24)));
      minute.calls.push_back({at_us * 1'000, run * 1'000, function});
      at_us += static_cast<std::int64_t>(rng.below(4'000));
    }
    if (core::Status added = writer.add(minute); !added) {
      return tl::unexpected(added.error());
    }
  }
  head.end_ns = (minute.number + 1) * core::kTraceMinuteNs;
  if (core::Status finished = writer.finish(head); !finished) {
    return tl::unexpected(finished.error());
  }
  return core::memory_bytes("calls.fntrace", sink.bytes());
}

core::Result<Read> read_all(core::Result<TraceReaderPtr> reader) {
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  core::TraceMinute minute;
  Read done;
  while (true) {
    const core::Result<bool> more = (*reader)->next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return done;
    }
    done.calls += minute.calls.size();
  }
}

std::uint64_t size_of(const core::ByteSource& source) {
  std::vector<char> block(1 << 20);
  std::uint64_t size = 0;
  for (std::size_t got = 1; got > 0; size += got) {
    got = source.read_at(size, block).value_or(0);
  }
  return size;
}

core::Result<Read> replay(BenchWorkload bench, std::unique_ptr<ArrivalSource> arrivals) {
  GroupWorkload group = std::move(bench.groups.front());
  group.arrivals = std::move(arrivals);
  group.handle.value = 0;
  complete(bench.setup);
  std::vector<std::unique_ptr<GroupWorld>> worlds;
  worlds.push_back(std::make_unique<GroupWorld>(bench.setup, std::move(group), core::Rng(1)));
  RunLoop loop(std::move(worlds), 1);
  const core::Status ran = loop.run([](const MinuteReport&) { return core::Status{}; });
  if (!ran) {
    return tl::unexpected(ran.error());
  }
  return Read{bench.calls, digest_text(loop.digest())};
}

// The arrivals of the workload as a trace.
core::Result<core::ByteSourcePtr> as_trace(const std::vector<Arrival>& arrivals,
                                           std::size_t functions) {
  core::TraceHead head;
  head.functions.assign(functions,
                        {.tenant = "t",
                         .app = "a",
                         .name = "f",
                         .trigger = {},
                         .memory_mib = 1,
                         .calls = 0,
                         .durations = {}});
  core::MemorySink sink;
  core::FntraceWriter writer(sink, 1);
  core::TraceMinute minute;
  for (const Arrival& arrival : arrivals) {
    const std::int64_t number = core::to_ns(arrival.at) / core::kTraceMinuteNs;
    if (number != minute.number) {
      if (core::Status added = writer.add(minute); !added) {
        return tl::unexpected(added.error());
      }
      minute.calls.clear();
      minute.number = number;
    }
    minute.calls.push_back({core::to_ns(arrival.at), arrival.run.count(), arrival.function.value});
  }
  head.end_ns = (minute.number + 1) * core::kTraceMinuteNs;
  core::Status written = writer.add(minute);
  written = written ? writer.finish(head) : written;
  if (!written) {
    return tl::unexpected(written.error());
  }
  return core::memory_bytes("cluster.fntrace", sink.bytes());
}

core::Result<Read> replay_trace(const core::ByteSourcePtr& file) {
  core::Result<TraceReaderPtr> reader = read_fntrace(file);
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  std::vector<TraceFeed::Place> places;
  std::vector<TraceStream> streams;
  for (const core::TraceFunction& function : (*reader)->head().functions) {
    places.push_back({0, static_cast<std::uint32_t>(places.size())});
    streams.push_back({function.calls, 0, 0, {}});
  }
  const auto feed = std::make_shared<TraceFeed>(std::move(*reader), places, 1, TraceLimits{});
  return replay(make_bench_workload("cluster-1k"),
                std::make_unique<TraceArrivals>(feed, 0, TraceOptions{}, streams));
}

}  // namespace

core::Result<std::vector<BenchRow>> run_trace_bench() {
  const core::ByteSourcePtr day = core::memory_bytes("day.csv", azure_day());
  const core::Result<core::ByteSourcePtr> calls = some_calls();
  if (!calls) {
    return tl::unexpected(calls.error());
  }
  core::MemorySink text;
  {
    core::Result<TraceReaderPtr> reader = read_fntrace(*calls);
    if (core::Status written = export_calls(**reader, text); !written) {
      return tl::unexpected(written.error());
    }
  }
  const core::ByteSourcePtr csv = core::memory_bytes("calls.csv", text.bytes());
  BenchWorkload bench = make_bench_workload("cluster-1k");
  std::vector<Arrival> arrivals;
  bench.groups.front().arrivals->fill(core::kNever, arrivals);
  const auto trace = as_trace(arrivals, bench.groups.front().functions.size());
  if (!trace) {
    return tl::unexpected(trace.error());
  }
  const std::vector<std::tuple<std::string, std::uint64_t, Work>> works = {
      {"trace-azure2019",
       size_of(*day),
       [&] {
         return parse_day(day);
       }},
      {"trace-minutes",
       size_of(*day),
       [&] {
         return read_day(day);
       }},
      {"trace-calls",
       size_of(*csv),
       [&] {
         return read_all(read_calls(csv, {}));
       }},
      {"trace-fntrace",
       size_of(**calls),
       [&] {
         return read_all(read_fntrace(*calls));
       }},
      {"trace-drawn",
       0,
       [&] {
         return replay(make_bench_workload("cluster-1k"),
                       std::make_unique<DrawnArrivals>(arrivals));
       }},
      {"trace-run",
       size_of(**trace),
       [&] {
         return replay_trace(*trace);
       }},
  };
  std::vector<BenchRow> rows;
  for (const auto& [name, bytes, work] : works) {
    core::Result<BenchRow> row = time(name, bytes, work);
    if (!row) {
      return tl::unexpected(row.error());
    }
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace fn::sim
