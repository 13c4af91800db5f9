// SPDX-License-Identifier: Apache-2.0
//
// The calls that a run will see, dealt out to LB groups: from a trace or from arrival
// processes. Sources are pulled slice by slice (arrival.h); what is known beforehand
// is the functions.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/io/byte_source.h"
#include "core/model/function_table.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_reader.h"
#include "sim/workload/arrival.h"
#include "sim/workload/synthetic_config.h"

namespace fn::sim {

// The vectors are indexed by function handle.
struct GroupWorkload {
  core::GroupHandle handle{0};  // of this group, of no other in the run
  std::string name;
  // What the group's random streams are named after.
  std::string label;
  std::vector<core::FunctionSpec> functions;
  std::vector<std::string> function_ids;
  std::vector<core::Duration> timeouts;  // empty: none has one
  std::unique_ptr<ArrivalSource> arrivals;
};

struct TraceInfo {
  std::vector<std::string> paths;
  // Of its files one after the other, as `cat inv run mem | sha256sum` prints it.
  std::string sha256;
  // Of the functions that are replayed.
  std::uint64_t calls = 0;
};

struct Workload {
  std::vector<GroupWorkload> groups;  // ascending by name
  TraceInfo trace;                    // empty without a trace
  core::Instant end = core::kNever;   // no call arrives then or later; kNever: not known
  std::vector<std::string> assumptions;
  std::vector<std::string> warnings;
};

// The calls of a trace. `tenants` is the file of a tenant rule, null for rules by name. Errors are
// one line. REQUIRES: reader->whole_head().
core::Result<Workload> open_trace(TraceReaderPtr reader,
                                  const TraceOptions& options,
                                  const core::ByteSource* tenants);

// Arrival processes in place of a trace. Errors name group, functions and key.
core::Result<Workload> make_synthetic(const SyntheticConfig& config, std::uint64_t seed);

}  // namespace fn::sim
