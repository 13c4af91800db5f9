// SPDX-License-Identifier: Apache-2.0
//
// Traces in formats that others read. Each reads its trace to the end; errors are those of the
// reader and of the sink.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/io/byte_sink.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

enum class ExportFormat : std::uint8_t { kFntrace, kCalls, kAzure2019, kAzure2021 };

inline constexpr std::array<std::string_view, 4> kExportFormatNames = {
    "fntrace", "calls", "azure2019", "azure2021"};

// One row a call: start_ns (since 1970, or since the trace's zero where it has one of its own),
// tenant, app, fn, duration_ns, memory_mib. Nothing is lost. REQUIRES: no calls are counted.
core::Status export_calls(TraceReader& reader, core::ByteSink& sink);

// app, func, end_timestamp and duration in seconds: tenants and memory are lost. REQUIRES: as
// above.
core::Status export_azure2021(TraceReader& reader, core::ByteSink& sink);

// inv.csv, run.csv and mem.csv, with minute columns from 1. Calls that are known one by one are
// counted, and their durations become percentiles. Memory: the counts, about two bytes for each
// minute in which a function is called.
struct Azure2019Sinks {
  core::ByteSink& inv;
  core::ByteSink& run;
  core::ByteSink& mem;
};

core::Status export_azure2019(TraceReader& reader, const Azure2019Sinks& sinks);

}  // namespace fn::sim
