// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/trace_export.h"

#include <utility>

#include "core/base/assert.h"
#include "sim/report/text.h"
#include "sim/trace/text_sink.h"

namespace fn::sim {

namespace {

// The header, then a row for each call, as `put` writes it.
template <typename Put>
core::Status each_call(TraceReader& reader,
                       core::ByteSink& sink,
                       std::string_view header,
                       const Put& put) {
  TextSink out(sink);
  out.text() = header;
  core::TraceMinute minute;
  while (true) {
    const core::Result<bool> more = reader.next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return out.flush();
    }
    FN_ASSERT(minute.counts.empty());
    for (const core::TraceCall& call : minute.calls) {
      put(out.text(), call, reader.head().functions[call.function]);
      if (core::Status written = out.flush_if_full(); !written) {
        return written;
      }
    }
  }
}

void put_seconds(std::string& text, std::int64_t nanoseconds) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const auto amount = static_cast<std::uint64_t>(nanoseconds);
  append_integer(text, amount / kSecond);
  const std::string rest = std::to_string(kSecond + amount % kSecond);
  text += '.';
  text += std::string_view(rest).substr(1);
}

}  // namespace

core::Status export_calls(TraceReader& reader, core::ByteSink& sink) {
  return each_call(
      reader,
      sink,
      "start_ns,tenant,app,fn,duration_ns,memory_mib\n",
      [&reader](std::string& text, const core::TraceCall& call, const core::TraceFunction& of) {
        const std::int64_t start = reader.head().origin_unix_ns + call.start_ns;
        append_integer(text, static_cast<std::uint64_t>(start));
        for (const std::string* name : {&of.tenant, &of.app, &of.name}) {
          text += ',';
          append_csv_cell(text, *name);
        }
        text += ',';
        append_integer(text, static_cast<std::uint64_t>(call.run_ns));
        text += ',';
        append_integer(text, static_cast<std::uint64_t>(of.memory_mib));
        text += '\n';
      });
}

core::Status export_azure2021(TraceReader& reader, core::ByteSink& sink) {
  return each_call(
      reader,
      sink,
      "app,func,end_timestamp,duration\n",
      [&reader](std::string& text, const core::TraceCall& call, const core::TraceFunction& of) {
        append_csv_cell(text, of.app);
        text += ',';
        append_csv_cell(text, of.name);
        text += ',';
        put_seconds(text, reader.head().origin_unix_ns + call.start_ns + call.run_ns);
        text += ',';
        put_seconds(text, call.run_ns);
        text += '\n';
      });
}

}  // namespace fn::sim
