// SPDX-License-Identifier: Apache-2.0
//
// The trace that a scenario names, whatever its format, ready to be read.

#pragma once

#include <string>

#include "core/base/result.h"
#include "sim/scenario/world_tables.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// `trace` as --trace takes it: a file or a folder, "-" for standard input, inv=A,run=B,mem=C; or
// several of them joined by " + ", which become one. Everything that the options say is done to it
// (trace_operations.h). Errors are one line.
core::Result<TraceReaderPtr> open_trace_source(const TraceInput& input,
                                               const TraceOptions& options);

}  // namespace fn::sim
