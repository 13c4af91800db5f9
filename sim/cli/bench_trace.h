// SPDX-License-Identifier: Apache-2.0
//
// `fnsim bench trace`: how fast traces are read. Each row is the median of three, in CPU time of
// one core; inputs are made beforehand and lie in memory.
//
//   trace-azure2019  a day file of 46,000 functions, about 145 MB: names and cells checked (the
//                    first of the two passes), calls as counted
//   trace-minutes    the same until the last minute's counts are handed out (both passes)
//   trace-calls      a per-call CSV file
//   trace-fntrace    the same calls as .fntrace
//   trace-run        bench cluster-1k replayed from a .fntrace file; trace-drawn: from memory. The
//                    digests are equal, and the difference of the two is what reading costs

#pragma once

#include <vector>

#include "core/base/result.h"
#include "sim/cli/engine.h"

namespace fn::sim {

core::Result<std::vector<BenchRow>> run_trace_bench();

}  // namespace fn::sim
