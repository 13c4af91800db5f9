// SPDX-License-Identifier: Apache-2.0
//
// Rows of timeline.csv, one per group and minute. sim/README.md has the meaning of each column.

#pragma once

#include <string>
#include <string_view>

#include "sim/report/minute_row.h"

namespace fn::sim {

// With its line break.
std::string_view timeline_heading();

void append_timeline_row(std::string& out, std::string_view group, const MinuteRow& row);

}  // namespace fn::sim
