// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/histogram.h"
#include "core/io/varint.h"
#include "sim/report/text.h"
#include "sim/trace/text_sink.h"
#include "sim/trace/trace_export.h"

namespace fn::sim {

namespace {

// One function's row: minutes with calls, each as its distance from the one before and its count.
struct Row {
  std::string counts;
  std::int64_t next_minute = 0;
  std::uint64_t calls = 0;
  core::Histogram runs;  // of calls that are known one by one
};

void count(Row& row, std::int64_t minute, std::uint64_t calls) {
  core::put_varint(row.counts, static_cast<std::uint64_t>(minute - row.next_minute));
  core::put_varint(row.counts, calls);
  row.next_minute = minute + 1;
  row.calls += calls;
}

void take_minute(const core::TraceMinute& minute,
                 std::vector<Row>& rows,
                 std::vector<std::uint64_t>& counts) {
  counts.resize(rows.size());
  for (const core::TraceCount& entry : minute.counts) {
    counts[entry.function] += entry.calls;
  }
  for (const core::TraceCall& call : minute.calls) {
    ++counts[call.function];
    rows[call.function].runs.add(core::Duration(call.run_ns));
  }
  for (std::size_t function = 0; function < rows.size(); ++function) {
    if (counts[function] > 0) {
      count(rows[function], minute.number, counts[function]);
      counts[function] = 0;
    }
  }
}

void put_names(std::string& text, const core::TraceFunction& function) {
  append_csv_cell(text, function.tenant);
  text += ',';
  append_csv_cell(text, function.app);
  text += ',';
  append_csv_cell(text, function.name);
}

core::Status put_counts(const core::TraceHead& head,
                        const std::vector<Row>& rows,
                        core::ByteSink& sink) {
  const std::int64_t first = head.begin_ns / core::kTraceMinuteNs;
  const std::int64_t end = (head.end_ns + core::kTraceMinuteNs - 1) / core::kTraceMinuteNs;
  TextSink out(sink);
  out.text() = "HashOwner,HashApp,HashFunction,Trigger";
  for (std::int64_t minute = first; minute < end; ++minute) {
    out.text() += ',';
    append_integer(out.text(), static_cast<std::uint64_t>(minute - first + 1));
  }
  out.text() += '\n';
  for (std::size_t function = 0; function < rows.size(); ++function) {
    const core::TraceFunction& of = head.functions[function];
    put_names(out.text(), of);
    out.text() += ',';
    out.text() += of.trigger.empty() ? "others" : of.trigger;
    core::VarintReader counts(rows[function].counts);
    std::int64_t minute = first;
    std::int64_t next = 0;
    while (!counts.finished()) {
      for (next += static_cast<std::int64_t>(counts.number()); minute < next; ++minute) {
        out.text() += ",0";
      }
      out.text() += ',';
      append_integer(out.text(), counts.number());
      ++minute;
      ++next;
    }
    for (; minute < end; ++minute) {
      out.text() += ",0";
    }
    out.text() += '\n';
    if (core::Status written = out.flush_if_full(); !written) {
      return written;
    }
  }
  return out.flush();
}

core::FunctionDurations durations_of(const core::TraceFunction& function, const Row& row) {
  if (row.runs.count() == 0) {
    return function.durations;
  }
  core::FunctionDurations durations;
  durations.average = row.runs.mean().value_or(core::Duration{});
  constexpr double kPerMille = 1000;
  for (std::size_t index = 0; index < core::kQuantileShares.size(); ++index) {
    const auto share =
        static_cast<std::uint32_t>(std::lround(core::kQuantileShares[index] * kPerMille));
    durations.quantiles[index] = row.runs.percentile(share).value_or(core::Duration{});
  }
  durations.maximum = durations.quantiles.back();
  return durations;
}

void put_ms(std::string& text, core::Duration duration) {
  constexpr int kDecimals = 6;
  text += ',';
  append_fixed(text, static_cast<double>(duration.count()) / 1e6, kDecimals);
}

core::Status put_durations(const core::TraceHead& head,
                           const std::vector<Row>& rows,
                           core::ByteSink& sink) {
  TextSink out(sink);
  out.text() =
      "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,"
      "percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,"
      "percentile_Average_99,percentile_Average_100\n";
  for (std::size_t function = 0; function < rows.size(); ++function) {
    const core::FunctionDurations durations =
        durations_of(head.functions[function], rows[function]);
    put_names(out.text(), head.functions[function]);
    put_ms(out.text(), durations.average);
    out.text() += ',';
    append_integer(out.text(), rows[function].calls);
    put_ms(out.text(), durations.quantiles.front());
    put_ms(out.text(), durations.maximum);
    for (const core::Duration quantile : durations.quantiles) {
      put_ms(out.text(), quantile);
    }
    out.text() += '\n';
    if (core::Status written = out.flush_if_full(); !written) {
      return written;
    }
  }
  return out.flush();
}

core::Status put_memory(const core::TraceHead& head, core::ByteSink& sink) {
  TextSink out(sink);
  out.text() = "HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb\n";
  for (const core::TraceFunction& function : head.functions) {
    put_names(out.text(), function);
    out.text() += ",1,";
    append_integer(out.text(), static_cast<std::uint64_t>(function.memory_mib));
    out.text() += '\n';
    if (core::Status written = out.flush_if_full(); !written) {
      return written;
    }
  }
  return out.flush();
}

}  // namespace

core::Status export_azure2019(TraceReader& reader, const Azure2019Sinks& sinks) {
  std::vector<Row> rows;
  std::vector<std::uint64_t> counts;
  core::TraceMinute minute;
  while (true) {
    const core::Result<bool> more = reader.next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    rows.resize(std::max(rows.size(), reader.head().functions.size()));
    if (!*more) {
      break;
    }
    take_minute(minute, rows, counts);
  }
  const core::TraceHead& head = reader.head();
  core::Status written = put_counts(head, rows, sinks.inv);
  written = written ? put_durations(head, rows, sinks.run) : written;
  return written ? put_memory(head, sinks.mem) : written;
}

}  // namespace fn::sim
