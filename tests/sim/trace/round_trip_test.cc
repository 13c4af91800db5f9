// SPDX-License-Identifier: Apache-2.0
//
// Goal: a trace in any format, as fntrace and as a per-call file gives the same run: the same
// digest, and not nearly so.

#include <numeric>
#include <utility>

#include <gtest/gtest.h>

#include "core/io/byte_sink.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/trace_export.h"
#include "sim/trace/trace_input.h"
#include "sim/workload/expanded_trace.h"
#include "sim/world/assumptions.h"
#include "sim/world/group_world.h"
#include "sim/world/run_loop.h"
#include "tests/sim/trace/trace_texts.h"
#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using sim::TraceOptions;
using sim::TraceReaderPtr;

std::uint64_t digest_of(core::Result<TraceReaderPtr> reader, const TraceOptions& options) {
  if (reader) {
    reader = sim::with_whole_head(std::move(*reader));
  }
  EXPECT_TRUE(reader) << reader.error().message;
  core::Result<sim::Workload> workload = sim::open_trace(std::move(*reader), options, nullptr);
  EXPECT_TRUE(workload) << workload.error().message;
  std::vector<std::unique_ptr<sim::GroupWorld>> worlds;
  for (sim::GroupWorkload& group : workload->groups) {
    sim::GroupSetup setup;
    sim::complete(setup);
    group.handle.value = static_cast<std::uint32_t>(worlds.size());
    worlds.push_back(std::make_unique<sim::GroupWorld>(setup, std::move(group), core::Rng(1)));
  }
  sim::RunLoop loop(std::move(worlds), 1);
  EXPECT_TRUE(loop.run([](const sim::MinuteReport&) { return core::Status(); }));
  return loop.digest();
}

core::Result<TraceReaderPtr> as_fntrace(core::Result<TraceReaderPtr> reader) {
  EXPECT_TRUE(reader) << reader.error().message;
  core::MemorySink sink;
  const auto written = sim::write_fntrace(**reader, sink, 1);
  EXPECT_TRUE(written) << written.error().message;
  return sim::read_fntrace(core::memory_bytes("x.fntrace", sink.bytes()));
}

core::Result<TraceReaderPtr> as_calls(core::Result<TraceReaderPtr> reader,
                                      const TraceOptions& options) {
  reader = sim::with_whole_head(std::move(*reader));
  core::Result<TraceReaderPtr> expanded = sim::expand(std::move(*reader), options);
  EXPECT_TRUE(expanded) << expanded.error().message;
  core::MemorySink sink;
  EXPECT_TRUE(sim::export_calls(**expanded, sink));
  return sim::read_trace(
      core::memory_bytes("x.csv", sink.bytes(), false), sim::TraceFormat::kAuto, options);
}

core::Result<TraceReaderPtr> as_azure2019(core::Result<TraceReaderPtr> reader) {
  core::MemorySink inv;
  core::MemorySink run;
  core::MemorySink mem;
  EXPECT_TRUE(sim::export_azure2019(**reader, {inv, run, mem}));
  return sim::read_azure2019({core::memory_bytes("inv", inv.bytes()),
                              core::memory_bytes("run", run.bytes()),
                              core::memory_bytes("mem", mem.bytes())},
                             {});
}

core::Result<TraceReaderPtr> open_sample(const std::string& path) {
  auto source = core::open_bytes(traces_folder() + "/" + path);
  EXPECT_TRUE(source) << path;
  return sim::read_trace(std::move(*source), sim::TraceFormat::kAuto, {});
}

core::Result<TraceReaderPtr> open_azure2019(const std::string& path) {
  return sim::read_azure2019(*sim::find_azure2019(traces_folder() + "/" + path), {});
}

TEST(RoundTrip, CountedCallsGiveTheSameRunAsFntraceAndAsCalls) {
  FN_SKIP_WITHOUT_TRACES();
  for (const char* path : {"azure2019-invitro-jun2022/100", "azure2019-dirigent-sosp24/100"}) {
    TraceOptions options;
    options.tenant = "owner:3";
    const std::uint64_t expected = digest_of(open_azure2019(path), options);
    EXPECT_EQ(digest_of(as_fntrace(open_azure2019(path)), options), expected) << path;
    EXPECT_EQ(digest_of(as_calls(as_fntrace(open_azure2019(path)), options), options), expected)
        << path;
    EXPECT_EQ(digest_of(as_azure2019(open_azure2019(path)), options), expected) << path;
  }
}

TEST(RoundTrip, SingleCallsGiveTheSameRunAsFntraceAndAsCalls) {
  FN_SKIP_WITHOUT_TRACES();
  for (const char* path : {"azure2021-excerpt/azure2021_first998.csv",
                           "azure-llm-2023/AzureLLMInferenceTrace_code.csv"}) {
    const std::uint64_t expected = digest_of(open_sample(path), {});
    EXPECT_EQ(digest_of(as_fntrace(open_sample(path)), {}), expected) << path;
    EXPECT_EQ(digest_of(as_calls(as_fntrace(open_sample(path)), {}), {}), expected) << path;
    EXPECT_EQ(digest_of(as_fntrace(as_calls(open_sample(path), {})), {}), expected) << path;
  }
}

TEST(RoundTrip, RealTracesTakeAtMostSixteenBytesACall) {
  FN_SKIP_WITHOUT_TRACES();
  for (const char* path : {"azure2021-excerpt/azure2021_first998.csv",
                           "azure-llm-2023/AzureLLMInferenceTrace_conv.csv"}) {
    core::Result<TraceReaderPtr> reader = open_sample(path);
    core::MemorySink sink;
    const auto calls = sim::write_fntrace(**reader, sink, 9);
    ASSERT_TRUE(calls);
    EXPECT_LE(sink.bytes().size(), 16 * *calls) << path;
  }
}

// A trace without recorded ones beside it: all draws, ties and sub-millisecond runs included.
TEST(RoundTrip, TiesAndShortRunsSurvive) {
  std::string text = "start_ms,tenant,fn,duration_ns\n";
  for (int row = 0; row < 300; ++row) {
    text += std::to_string(row / 7) + ",t" + std::to_string(row % 2) + ",f" +
            std::to_string(row % 5) + "," + std::to_string((row * 7919) % 2'000'000) + "\n";
  }
  TraceOptions options;
  options.tenant = "owner";
  const std::uint64_t expected = digest_of(read_text(text), options);
  EXPECT_EQ(digest_of(as_fntrace(read_text(text)), options), expected);
  EXPECT_EQ(digest_of(as_calls(read_text(text), options), options), expected);
}

TEST(RoundTrip, ShuffledRowsGiveTheSameRun) {
  const std::string header = "start_ms,tenant,fn,duration\n";
  core::Rng rng(9);
  std::vector<std::string> rows;
  rows.reserve(400);
  for (int row = 0; row < 400; ++row) {
    // Ten calls at a time, so that ties show.
    rows.push_back(std::to_string(row / 10 * 700) + ",t" + std::to_string(rng.below(2)) + ",f" +
                   std::to_string(rng.below(4)) + "," + std::to_string(rng.below(5'000)) + "\n");
  }
  TraceOptions options;
  options.tenant = "owner";
  const std::string sorted = std::accumulate(rows.begin(), rows.end(), header);
  const std::uint64_t expected = digest_of(read_text(sorted), options);
  for (int round = 0; round < 5; ++round) {
    for (std::size_t left = rows.size(); left > 1; --left) {
      std::swap(rows[left - 1], rows[rng.below(left)]);
    }
    const std::string shuffled = std::accumulate(rows.begin(), rows.end(), header);
    EXPECT_EQ(digest_of(read_text(shuffled), options), expected);
  }
}

TEST(RoundTrip, CallsOfAMinuteCountTheSameInAzure2019) {
  core::Result<TraceReaderPtr> counted =
      as_azure2019(read_text("ts,fn,duration,memory\n1,f,10,100\n2,f,30,100\n61,g,5,50\n"));
  ASSERT_TRUE(counted) << counted.error().message;
  const auto trace = read_whole(std::move(counted));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->per_minute(), (std::vector<std::uint64_t>{2, 1}));
  ASSERT_EQ(trace->head.functions.size(), 2U);
  EXPECT_EQ(trace->head.functions[0].memory_mib, 100);
  EXPECT_EQ(trace->head.functions[0].durations.average, std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace fn::tests
