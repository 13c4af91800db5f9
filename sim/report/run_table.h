// SPDX-License-Identifier: Apache-2.0
//
// One run as tables for people, at most 100 columns: the policy, a line per group and one for the
// total, why calls were lost, and each group's demand over its capacity in the course of the run.

#pragma once

#include <span>
#include <string>

#include "core/lb/messages.h"
#include "sim/report/demand_strip.h"
#include "sim/report/summary.h"
#include "sim/report/tally.h"
#include "sim/report/text_table.h"

namespace fn::sim {

std::string run_table(const RunSummary& run, const TableStyle& style);

// Why calls were not completed, the most frequent reason first: "not completed: 12 queue-full, 3
// timed-out"; empty when all were. As many lines as it takes, each with a line break at its end.
std::string reasons_lines(const CallCounts& calls, const TableStyle& style);

// REQUIRES: a strip for each group of the run, in the same order and of the same number of minutes.
std::string demand_table(const RunSummary& run,
                         std::span<const DemandStrip> strips,
                         const TableStyle& style);

}  // namespace fn::sim
