// SPDX-License-Identifier: Apache-2.0
//
// What the workload tests share: small traces in memory, the arrivals of a whole workload, and
// where the real traces lie.

#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "sim/trace/azure2019.h"
#include "sim/trace/tenant_rule.h"
#include "sim/workload/workload.h"

namespace fn::tests {

struct TraceText {
  std::string inv;
  std::string run;
  std::string mem;
  std::string tenants;
};

inline const std::string kRunHeader =
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,"
    "percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,"
    "percentile_Average_99,percentile_Average_100\n";
inline const std::string kMemHeader = "HashOwner,HashApp,HashFunction,AverageAllocatedMb\n";

// Three functions of two owners over four minutes.
inline TraceText small_trace() {
  return {
      "HashOwner,HashApp,HashFunction,Trigger,480,481,482,483\n"
      "ann,shop,cart,http,2,0,3,0\n"
      "ann,shop,pay,http,0,1,0,0\n"
      "bob,mail,send,timer,1,1,1,1\n",
      kRunHeader +
          "ann,shop,cart,100,5,10,400,10,20,50,100,200,300,400\n"
          "ann,shop,pay,0,1,0,0,0,0,0,0,0,0,0\n"
          "bob,mail,send,2000,4,1000,3000,1000,1000,1500,2000,2500,3000,3000\n",
      kMemHeader +
          "ann,shop,cart,100.2\n"
          "ann,shop,pay,0\n"
          "bob,mail,send,256\n",
      ""};
}

inline sim::TraceSources sources_of(const TraceText& text) {
  return {core::memory_bytes("inv.csv", text.inv),
          core::memory_bytes("run.csv", text.run),
          core::memory_bytes("mem.csv", text.mem)};
}

// A trace's workload; `tenants` is the file of a tenant rule.
inline core::Result<sim::Workload> open_sources(const sim::TraceSources& sources,
                                                const sim::TraceOptions& options,
                                                const std::string& tenants = "") {
  core::Result<sim::TraceReaderPtr> reader = sim::read_azure2019(sources, options);
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  const core::ByteSourcePtr file = core::memory_bytes("tenants.csv", tenants);
  return sim::open_trace(std::move(*reader), options, file.get());
}

inline core::Result<sim::Workload> open_text(const TraceText& text,
                                             const sim::TraceOptions& options = {}) {
  return open_sources(sources_of(text), options, text.tenants);
}

// The same from files.
inline core::Result<sim::Workload> open_files(const sim::Azure2019Files& files,
                                              const sim::TraceOptions& options = {}) {
  const core::Result<core::ByteSourcePtr> tenants = sim::open_tenant_file(options.tenant);
  if (!tenants) {
    return tl::unexpected(tenants.error());
  }
  core::Result<sim::TraceReaderPtr> reader = sim::read_azure2019(files, options);
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  return sim::open_trace(std::move(*reader), options, tenants->get());
}

// The error of opening `text`, or "" if there was none.
inline std::string error_of(const TraceText& text, const sim::TraceOptions& options = {}) {
  const core::Result<sim::Workload> opened = open_text(text, options);
  return opened ? "" : opened.error().message;
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Everything a source has, pulled in slices of `slice`.
inline std::vector<sim::Arrival> drain(sim::ArrivalSource& source,
                                       core::Duration slice = std::chrono::minutes(1)) {
  std::vector<sim::Arrival> arrivals;
  for (core::Instant until{slice}; !source.exhausted(); until += slice) {
    source.fill(until, arrivals);
  }
  return arrivals;
}

inline bool ordered(const std::vector<sim::Arrival>& arrivals) {
  for (std::size_t index = 1; index < arrivals.size(); ++index) {
    const sim::Arrival& left = arrivals[index - 1];
    const sim::Arrival& right = arrivals[index];
    const bool good = left.at != right.at               ? left.at < right.at
                      : left.function != right.function ? left.function < right.function
                                                        : left.index < right.index;
    if (!good) {
      return false;
    }
  }
  return true;
}

inline bool same(const sim::Arrival& left, const sim::Arrival& right) {
  return left.at == right.at && left.run == right.run && left.first_run == right.first_run &&
         left.function == right.function && left.index == right.index;
}

inline bool same(const std::vector<sim::Arrival>& left, const std::vector<sim::Arrival>& right) {
  if (left.size() != right.size()) {
    return false;
  }
  for (std::size_t index = 0; index < left.size(); ++index) {
    if (!same(left[index], right[index])) {
      return false;
    }
  }
  return true;
}

// The folder of the real traces: $FN_TRACES, else beside the source tree, which $FN_SOURCE_ROOT
// names. "" when it is not there.
inline std::string traces_folder() {
  const char* named = std::getenv("FN_TRACES");      // NOLINT(concurrency-mt-unsafe)
  const char* root = std::getenv("FN_SOURCE_ROOT");  // NOLINT(concurrency-mt-unsafe)
  const std::string tree = root != nullptr ? root : ".";
  const std::string folder = named != nullptr ? named : tree + "/../shared/traces";

  struct stat status {};

  return stat(folder.c_str(), &status) == 0 ? folder : "";
}

}  // namespace fn::tests

// Ends the test without a verdict where the real traces are absent.
#define FN_SKIP_WITHOUT_TRACES()                                                          \
  if (fn::tests::traces_folder().empty()) {                                               \
    GTEST_SKIP() << "real traces are not on this machine; set FN_TRACES to their folder"; \
  }                                                                                       \
  static_assert(true)
