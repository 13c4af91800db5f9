// SPDX-License-Identifier: Apache-2.0
//
// Huawei 2023 (Joosen et al., SoCC 2023): calls of each function in each minute in a file for each
// day, and beside them the functions' mean durations and memory limits by minute (wide_rows.h).
// Read once and front to back; memory grows with the number of functions.
//
// The tables name functions only: the owner is "0", the trigger "http", and every function is an
// app of its own, as InVitro's converter has it. Every call of a function runs its mean duration,
// because nothing but means of minutes is published.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// The files of one day.
struct HuaweiDay {
  std::string requests;  // requests_minute
  std::string delays;    // function_delay_minute, ms; empty: there is none
  std::string memory;    // memory_limit_minute, MB; empty: there is none
};

using OpenBytes = std::function<core::Result<core::ByteSourcePtr>(const std::string& path)>;

// The days in order of time; each file is opened when its turn comes. A day that is missing has no
// calls.
core::Result<TraceReaderPtr> read_huawei2023(std::vector<HuaweiDay> days,
                                             OpenBytes open,
                                             const TraceOptions& options);

}  // namespace fn::sim
