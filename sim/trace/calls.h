// SPDX-License-Identifier: Apache-2.0
//
// Per-call traces: any CSV file with a header and a row for each call (call_columns.h), Azure
// Functions 2021 among them. Read once and front to back, so a pipe and zstd will do.
//
// Rows should be ordered by start. One that stands up to kSortedRows rows too late is put where it
// belongs; one that stands later still is refused with its line: the result is that of the sorted
// file or there is none. Times from the year 2000 on are times of day and count from the full
// minute before the first call; smaller ones count from a zero of the file's own.

#pragma once

#include <cstddef>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

inline constexpr std::size_t kSortedRows = 1'000'000;

core::Result<TraceReaderPtr> read_calls(core::ByteSourcePtr source, const TraceOptions& options);

}  // namespace fn::sim
