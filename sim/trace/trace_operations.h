// SPDX-License-Identifier: Apache-2.0
//
// What can be done to a trace while it is read. Each takes a reader and is one, holds no more than
// a minute of calls, and says in the head's notes what it did.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/trace/tenant_rule.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// The calls that start in [from, to), which are times since the trace's zero ("90m", "8h") or of
// day (RFC 3339); empty: from its beginning, to its end. They keep their times, and begin and end
// of the head become from and to. Counted calls can be cut at full minutes only.
core::Result<TraceReaderPtr> cut(TraceReaderPtr reader,
                                 const std::string& from,
                                 const std::string& to);

// Every function's calls times `factor`: below 1 each call stays with this probability, above 1
// there are floor(factor) of it and one more with the rest's probability. The original stays where
// it is, copies start at random times of the same minute. Draws depend on seed, function, minute
// and the call's number in it. REQUIRES: factor in (0, 1000].
TraceReaderPtr scale(TraceReaderPtr reader, double factor, std::uint64_t seed);

// The functions that `filter` names: "tenant=NAME", "app=NAME", "fn=NAME", several joined by
// commas, all of which must hold.
core::Result<TraceReaderPtr> only(TraceReaderPtr reader, const std::string& filter);

// Every tenant, app and function under the first 16 hexadecimal digits of HMAC-SHA256 of its name
// under `salt`; one name always gives the same digits.
TraceReaderPtr anonymise(TraceReaderPtr reader, const std::string& salt);

// Each function's tenant becomes the group that the rule gives it.
core::Result<TraceReaderPtr> assign(TraceReaderPtr reader,
                                    const TenantRule& rule,
                                    const core::ByteSource* file,
                                    const TraceLimits& limits);

// All calls of all traces on one axis of time. What has the same tenant, app and name is one
// function, with the largest memory, and the durations of the trace in which it has most calls.
// Times of day are aligned; traces with a zero of their own begin together, and do not go with
// others. REQUIRES: at least one.
core::Result<TraceReaderPtr> merge(std::vector<TraceReaderPtr> readers);

// cut, scale, only and anonymise as the options say; those that say nothing are left out.
core::Result<TraceReaderPtr> operate(TraceReaderPtr reader, const TraceOptions& options);

}  // namespace fn::sim
