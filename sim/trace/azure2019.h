// SPDX-License-Identifier: Apache-2.0
//
// Azure Functions 2019 (Shahrad et al., USENIX ATC 2020) and what has its columns: calls of each
// function in each minute, its durations as percentiles, its memory. trace_table.h has the columns.
// The trace's minute 0 is the first minute column.

#pragma once

#include <string>

#include "core/base/result.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"
#include "sim/trace/trace_table.h"

namespace fn::sim {

// Reads, checks and joins the three files; the counts themselves are read again as they are asked
// for, by a cursor for each function. Errors are one line: file, line, field, what was expected.
// REQUIRES: the sources are seekable.
core::Result<TraceReaderPtr> read_azure2019(const TraceSources& sources,
                                            const TraceOptions& options);

// The same from files.
core::Result<TraceReaderPtr> read_azure2019(const Azure2019Files& files,
                                            const TraceOptions& options);

// The files that the argument of --trace means: "inv=A,run=B,mem=C"; a folder with inv.csv,
// run.csv and mem.csv (or invocations.csv, durations.csv and memory.csv); the path of an invocation
// file whose companions lie beside it, named as InVitro or the published release name them; or the
// part of such a path before "_inv.csv" or "_invocations.csv".
core::Result<Azure2019Files> find_azure2019(const std::string& trace);

}  // namespace fn::sim
