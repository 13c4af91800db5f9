// SPDX-License-Identifier: Apache-2.0
//
// Which format a file has, and its reader: the one place where formats and their names come
// together. Errors are one line: file, place, what was expected.

#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// The format whose header these first bytes of a file are; what is none of the others is kCalls.
TraceFormat recognise(std::string_view head);

// The same of a source, whose first bytes are looked at.
core::Result<TraceFormat> recognise(const core::ByteSource& source);

// The reader of a trace that lies in one file, which excludes azure2019.
core::Result<TraceReaderPtr> read_trace(core::ByteSourcePtr source,
                                        TraceFormat format,
                                        const TraceOptions& options);

}  // namespace fn::sim
