// SPDX-License-Identifier: Apache-2.0
//
// What `fnsim trace inspect` prints: a trace's statistics, and how far it can be trusted, for
// people and as JSON (schema "fnsim.trace/1", described in sim/README.md).

#pragma once

#include <string>

#include "core/base/units.h"
#include "core/io/trace_model.h"
#include "sim/trace/trace_statistics.h"

namespace fn::sim {

struct TraceReportStyle {
  // With characters beyond ASCII where they draw something.
  bool unicode = true;
  // Lines of tenants at most; those with most calls stay.
  std::size_t tenants = 20;
};

// What a number of TraceTrust or of counted calls means, and what it could move.
struct Doubt {
  std::string kind;
  std::uint64_t count = 0;
  std::string meaning;
};

// Those that the trace gives reason for.
std::vector<Doubt> doubts_of(const core::TraceHead& head, const TraceStatistics& statistics);

std::string trace_text(const core::TraceHead& head,
                       const TraceStatistics& statistics,
                       core::MemoryMib runner,
                       const TraceReportStyle& style);

std::string trace_json(const core::TraceHead& head,
                       const TraceStatistics& statistics,
                       core::MemoryMib runner);

}  // namespace fn::sim
