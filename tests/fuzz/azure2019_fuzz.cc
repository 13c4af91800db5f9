// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as the files of a trace. The reader must refuse them with one line or
// replay exactly the calls that it announced, in order.
//
// The first byte chooses options and which files get a proper header before their bytes; the rest
// is cut at bytes of value 1 into the invocation, durations, memory and tenant files.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/assert.h"
#include "sim/trace/azure2019.h"
#include "sim/workload/workload.h"

namespace {

constexpr std::string_view kInvHeader = "HashOwner,HashApp,HashFunction,Trigger,1,2,3\n";
constexpr std::string_view kRunHeader =
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,"
    "percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,"
    "percentile_Average_99,percentile_Average_100\n";
constexpr std::string_view kMemHeader = "HashOwner,HashApp,HashFunction,AverageAllocatedMb\n";
constexpr std::string_view kRunRow = "o,a,f,1,1,1,1,1,1,1,1,1,1,1\n";
constexpr std::string_view kMemRow = "o,a,f,1\n";

std::array<std::string, 4> files_of(std::string_view bytes) {
  std::array<std::string, 4> files;
  for (std::string& file : files) {
    const std::size_t end = bytes.find('\x01');
    file = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return files;
}

void replay(fn::sim::Workload& workload) {
  std::uint64_t calls = 0;
  std::vector<fn::sim::Arrival> out;
  for (fn::sim::GroupWorkload& group : workload.groups) {
    FN_ASSERT(group.functions.size() == group.function_ids.size());
    fn::core::Instant last{};
    for (fn::core::Instant until{std::chrono::seconds(45)}; !group.arrivals->exhausted();
         until += std::chrono::seconds(45)) {
      out.clear();
      group.arrivals->fill(until, out);
      for (const fn::sim::Arrival& arrival : out) {
        FN_ASSERT(arrival.at >= last && arrival.at < until);
        FN_ASSERT(arrival.function.value < group.functions.size());
        FN_ASSERT(arrival.run.count() > 0 && arrival.first_run >= arrival.run);
        last = arrival.at;
      }
      calls += out.size();
    }
    FN_ASSERT(group.arrivals->status());
  }
  FN_ASSERT(calls == workload.trace.calls);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::uint8_t flags = data[0];
  auto [inv, run, mem, tenants] =
      files_of(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  if ((flags & 1) != 0) {
    inv.insert(0, kInvHeader);
  }
  if ((flags & 2) != 0) {
    run.insert(0, std::string(kRunHeader) + std::string(kRunRow));
  }
  if ((flags & 4) != 0) {
    mem.insert(0, std::string(kMemHeader) + std::string(kMemRow));
  }
  fn::sim::TraceOptions options;
  options.lenient = (flags & 8) != 0;
  options.durations = static_cast<fn::sim::DurationSource>((flags >> 4) & 1);
  options.tenant = (flags & 32) != 0 ? "groups.csv" : "owner:1";
  options.spread = static_cast<fn::sim::Spread>(flags >> 6);
  options.limits.calls_per_minute = 1'000;
  options.limits.line_bytes = 4'096;
  fn::core::Result<fn::sim::TraceReaderPtr> reader =
      fn::sim::read_azure2019({fn::core::memory_bytes("inv", inv),
                               fn::core::memory_bytes("run", run),
                               fn::core::memory_bytes("mem", mem)},
                              options);
  if (!reader) {
    FN_ASSERT(reader.error().message.find('\n') == std::string::npos);
    return 0;
  }
  const fn::core::ByteSourcePtr file = fn::core::memory_bytes("groups", tenants);
  fn::core::Result<fn::sim::Workload> workload =
      fn::sim::open_trace(std::move(*reader), options, file.get());
  if (workload) {
    replay(*workload);
  } else {
    FN_ASSERT(workload.error().message.find('\n') == std::string::npos);
  }
  return 0;
}
