// SPDX-License-Identifier: Apache-2.0
//
// One run as a table for people: a line per group and one for the total, at most 100 columns.

#pragma once

#include <span>
#include <string>

#include "core/lb/messages.h"
#include "sim/report/summary.h"
#include "sim/report/tally.h"
#include "sim/report/text_table.h"

namespace fn::sim {

std::string run_table(const RunSummary& run, const TableStyle& style);

// Why calls were not completed, the most frequent reason first: "not completed: 12 queue-full, 3
// timed-out"; empty when all were. With a line break at its end.
std::string reasons_line(const CallCounts& calls);

}  // namespace fn::sim
