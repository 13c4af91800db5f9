// SPDX-License-Identifier: Apache-2.0
//
// The calls that a run will see, dealt out to LB groups: from a trace (Azure Functions 2019) or
// from arrival processes. Sources are pulled slice by slice (arrival.h); what is known beforehand
// is the functions.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/model/function_table.h"
#include "sim/workload/arrival.h"
#include "sim/workload/byte_source.h"
#include "sim/workload/synthetic_config.h"
#include "sim/workload/trace_options.h"

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
  // Of the three files one after the other, as `cat inv run mem | sha256sum` prints it.
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

// Reads, checks and joins the three files; the calls themselves are read again, as they are asked
// for. Errors are one line: file, line, field and what was expected.
core::Result<Workload> open_azure2019(const Azure2019Files& files, const TraceOptions& options);

// The same from open sources. `tenants` is the file of a tenant rule, null for rules by name.
struct Azure2019Sources {
  ByteSourcePtr inv;
  ByteSourcePtr run;
  ByteSourcePtr mem;
  ByteSourcePtr tenants;
};

core::Result<Workload> open_azure2019(const Azure2019Sources& sources, const TraceOptions& options);

// The files that the argument of --trace means: "inv=A,run=B,mem=C"; a folder with inv.csv,
// run.csv and mem.csv (or invocations.csv, durations.csv and memory.csv); the path of an invocation
// file whose companions lie beside it, named as InVitro or the published release name them; or the
// part of such a path before "_inv.csv" or "_invocations.csv".
core::Result<Azure2019Files> find_azure2019(const std::string& trace);

// Arrival processes in place of a trace. Errors name group, functions and key.
core::Result<Workload> make_synthetic(const SyntheticConfig& config, std::uint64_t seed);

}  // namespace fn::sim
