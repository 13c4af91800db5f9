// SPDX-License-Identifier: Apache-2.0
//
// Specifications of FaaSRail (HPDC 2024): `avg,mapped_wreq,<minute>...`, a row
// for each function with its mean duration in ms, the workload that stands for it as JSON in
// quotes, and its calls in each minute of the experiment. As seen in github.com/cslab-ntua/faasrail
// (commit dae98cc): faasrail-shrinkray/shrinkray/generator.py names the minutes "1" to "N" or by a
// later first one, and where it folds a day into fewer minutes by the range that each stands for,
// "1-288"; specification.py writes them by Python's csv, so lines end in CRLF; and
// faasrail-loadgen/artifacts/azure_spec_15rps_5min.csv is such a file, with JSON of the form
// {"mean": 1624.0, "bench": "video_processing-91bb6c6", "payload": "{\"N\": 1}"}.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// Whether these names are those of such a file.
bool is_faasrail(const std::vector<std::string>& names);

// Every call of a function runs its mean duration; a function is called by its workload and its
// row, "pyaes-ed4a-3", because several rows may have one workload, which is their app. Errors are
// one line: file, line, field, what was expected. REQUIRES: the source is seekable.
core::Result<TraceReaderPtr> read_faasrail(core::ByteSourcePtr source, const TraceOptions& options);

}  // namespace fn::sim
