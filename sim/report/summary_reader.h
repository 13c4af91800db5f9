// SPDX-License-Identifier: Apache-2.0
//
// Reads a summary.json back, so that runs made at different times can be compared. Writing what was
// read gives the same bytes. An error names the file and the field, and what was expected there.

#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "sim/report/summary.h"

namespace fn::sim {

// `place` is the file's name, for messages.
core::Result<RunSummary> parse_summary(std::string_view text, const std::string& place);

// `path`: a summary.json, or a folder that has one.
core::Result<RunSummary> read_summary(const std::string& path);

}  // namespace fn::sim
