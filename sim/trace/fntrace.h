// SPDX-License-Identifier: Apache-2.0
//
// .fntrace files (core/io/fntrace_format.h) as traces, and any trace as one. What is damaged is
// refused with one line that names file and byte.

#pragma once

#include "core/base/result.h"
#include "core/io/byte_sink.h"
#include "core/io/byte_source.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// REQUIRES: the source is seekable.
core::Result<TraceReaderPtr> read_fntrace(core::ByteSourcePtr source);

// Reads the whole trace and writes it. `level` is that of zstd. The calls that were written.
core::Result<std::uint64_t> write_fntrace(TraceReader& reader, core::ByteSink& sink, int level);

// A trace whose head is not whole before it was read becomes one whose is: its calls wait in a
// nameless file in $TMPDIR, at most 16 bytes each. Others stay what they are.
core::Result<TraceReaderPtr> with_whole_head(TraceReaderPtr reader);

}  // namespace fn::sim
