// SPDX-License-Identifier: Apache-2.0
//
// IBM Code Engine 2026 (Nasiri et al., EuroSys 2026), a week's pickle written as CSV: a row for
// each app with lists of its calls' times (s), execution times (ms) and more that is not used,
//
//   NamespaceHash,AppHash,NumEvents,InvocationTimes,AppExecTimes,TotalExecTimes,PodHash
//
// in any order, each name with or without a suffix such as "[](s)". The namespace is the tenant,
// the app is app and function. Read once and front to back; the whole file is read and sorted by
// time before the first call comes out. Memory: 16 bytes for each call of one app, of which there
// may be kAppCalls, and what call_runs.h says.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

inline constexpr std::size_t kAppCalls = 64'000'000;

// Whether these names are those of such a file.
bool is_ibm2026(const std::vector<std::string>& names);

// `configs`: the release's app_configs as CSV, whose AppContainerRequestMemory (GB) a container of
// the app has, the largest where days differ; null: there is none. Errors are one line: file, line,
// field, what was expected.
core::Result<TraceReaderPtr> read_ibm2026(const core::ByteSource& source,
                                          const core::ByteSource* configs,
                                          const TraceOptions& options);

}  // namespace fn::sim
