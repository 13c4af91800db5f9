// SPDX-License-Identifier: Apache-2.0
//
// A trace with counted calls becomes one that knows each call, by the very draws that a run makes
// with the same options: replaying either gives the same arrivals.

#pragma once

#include "core/base/result.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// REQUIRES: reader->whole_head().
core::Result<TraceReaderPtr> expand(TraceReaderPtr reader, const TraceOptions& options);

}  // namespace fn::sim
