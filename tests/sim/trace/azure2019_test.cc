// SPDX-License-Identifier: Apache-2.0
//
// Goal: a trace of Azure Functions 2019 is joined and replayed exactly: totals of the public
// samples, columns in any order, the same arrivals whatever the order of rows or the other
// functions, and functions that the other files lack are dropped and counted.

#include <numeric>

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "sim/trace/sha256.h"
#include "sim/workload/workload.h"
#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using sim::Arrival;
using sim::TraceOptions;
using sim::Workload;

struct Sample {
  const char* path;
  std::size_t functions;
  std::uint64_t calls;
};

TEST(Azure2019, ReplaysEveryCallOfThePublicSamples) {
  FN_SKIP_WITHOUT_TRACES();
  for (const Sample& sample : {Sample{"azure2019-invitro-jun2022/50", 50, 26'940},
                               Sample{"azure2019-invitro-jun2022/100", 100, 86'751},
                               Sample{"azure2019-invitro-jun2022/500", 500, 341'096},
                               Sample{"azure2019-dirigent-sosp24/100", 100, 339'657},
                               Sample{"azure2019-dirigent-sosp24/250", 250, 567'403},
                               Sample{"azure2019-dirigent-sosp24/500", 500, 3'037'902}}) {
    SCOPED_TRACE(sample.path);
    const auto files = sim::find_azure2019(traces_folder() + "/" + sample.path);
    ASSERT_TRUE(files) << files.error().message;
    core::Result<Workload> workload = open_files(*files, {});
    ASSERT_TRUE(workload) << workload.error().message;
    EXPECT_EQ(workload->trace.calls, sample.calls);
    EXPECT_TRUE(workload->warnings.empty());
    ASSERT_EQ(workload->groups.size(), 1U);
    EXPECT_EQ(workload->groups[0].functions.size(), sample.functions);
    const std::vector<Arrival> arrivals = drain(*workload->groups[0].arrivals);
    EXPECT_EQ(arrivals.size(), sample.calls);
    EXPECT_TRUE(ordered(arrivals));
    EXPECT_TRUE(workload->groups[0].arrivals->status());
  }
}

TEST(Azure2019, DealsTheLargestSampleToItsOwners) {
  FN_SKIP_WITHOUT_TRACES();
  const auto files = sim::find_azure2019(traces_folder() + "/azure2019-dirigent-sosp24/500");
  ASSERT_TRUE(files);
  TraceOptions options;
  options.tenant = "owner";
  EXPECT_EQ(open_files(*files, options)->groups.size(), 428U);
  options.tenant = "app";
  EXPECT_EQ(open_files(*files, options)->groups.size(), 476U);
  options.tenant = "owner:10";
  core::Result<Workload> ten = open_files(*files, options);
  ASSERT_EQ(ten->groups.size(), 11U);
  std::size_t calls = 0;
  for (const sim::GroupWorkload& group : ten->groups) {
    calls += drain(*group.arrivals).size();
  }
  EXPECT_EQ(calls, 3'037'902U);
}

TEST(Azure2019, DescribesFunctionsInTheOrderOfTheirIds) {
  const core::Result<Workload> workload = open_text(small_trace());
  ASSERT_TRUE(workload) << workload.error().message;
  const sim::GroupWorkload& group = workload->groups.at(0);
  EXPECT_EQ(group.name, "default");
  EXPECT_EQ(group.label, "default");
  EXPECT_EQ(group.function_ids, (std::vector<std::string>{"cart", "pay", "send"}));
  EXPECT_EQ(group.functions[0].memory.value, 101);
  EXPECT_EQ(group.functions[1].memory.value, 1);
  EXPECT_EQ(group.functions[2].memory.value, 256);
  EXPECT_EQ(group.functions[0].key, core::siphash24(0, 0x4c617279426f6174ULL, "cart"));
  EXPECT_EQ(group.functions[2].image, 2U);
  EXPECT_EQ(group.functions[0].cold_overhead, core::Duration::zero());
  EXPECT_TRUE(group.timeouts.empty());
  EXPECT_EQ(workload->trace.calls, 10U);
  EXPECT_FALSE(workload->assumptions.empty());
}

TEST(Azure2019, GivesFunctionsATimeOutWhenAsked) {
  TraceOptions options;
  options.timeout = std::chrono::seconds(30);
  const core::Result<Workload> workload = open_text(small_trace(), options);
  ASSERT_TRUE(workload);
  EXPECT_EQ(workload->groups[0].timeouts, std::vector<core::Duration>(3, std::chrono::seconds(30)));
}

TEST(Azure2019, NamesTheInputByTheHashOfItsThreeFiles) {
  const TraceText text = small_trace();
  sim::Sha256 digest;
  digest.update(text.inv + text.run + text.mem);
  const core::Result<Workload> workload = open_text(text);
  ASSERT_TRUE(workload);
  EXPECT_EQ(workload->trace.sha256, digest.hex());
  EXPECT_EQ(workload->trace.paths, (std::vector<std::string>{"inv.csv", "run.csv", "mem.csv"}));
  sim::Sha256 known;
  known.update(std::string("abc"));
  EXPECT_EQ(known.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Azure2019, FindsColumnsByNameInAnyOrder) {
  TraceText other;
  other.inv =
      "HashFunction,HashOwner,HashApp,minute_1,minute_2,minute_3,minute_4\r\n"
      "cart,ann,shop,2,0,3,0\r\n"
      "pay,ann,shop,0,1,0,0\r\n"
      "send,bob,mail,1,1,1,1\r\n";
  other.run = small_trace().run;
  other.mem = "SampleCount,AverageAllocatedMb,HashFunction\n9,100.2,cart\n9,0,pay\n9,256,send\n";
  core::Result<Workload> workload = open_text(other);
  core::Result<Workload> usual = open_text(small_trace());
  ASSERT_TRUE(workload) << workload.error().message;
  EXPECT_TRUE(same(drain(*workload->groups[0].arrivals), drain(*usual->groups[0].arrivals)));
}

TEST(Azure2019, GivesTheMemoryOfAnAppToEachOfItsFunctions) {
  TraceText text = small_trace();
  text.mem = "HashOwner,HashApp,SampleCount,AverageAllocatedMb\nann,shop,9,300\nbob,mail,9,10.5\n";
  const core::Result<Workload> workload = open_text(text);
  ASSERT_TRUE(workload) << workload.error().message;
  const sim::GroupWorkload& group = workload->groups[0];
  EXPECT_EQ(group.functions[0].memory.value, 300);
  EXPECT_EQ(group.functions[1].memory.value, 300);
  EXPECT_EQ(group.functions[2].memory.value, 11);
}

TEST(Azure2019, ShuffledRowsGiveTheSameArrivals) {
  TraceText shuffled = small_trace();
  shuffled.inv =
      "HashOwner,HashApp,HashFunction,Trigger,480,481,482,483\n"
      "bob,mail,send,timer,1,1,1,1\n"
      "ann,shop,pay,http,0,1,0,0\n"
      "ann,shop,cart,http,2,0,3,0\n";
  for (const sim::Spread spread : {sim::Spread::kUniform, sim::Spread::kStart}) {
    TraceOptions options;
    options.spread = spread;
    core::Result<Workload> usual = open_text(small_trace(), options);
    core::Result<Workload> other = open_text(shuffled, options);
    EXPECT_EQ(usual->groups[0].function_ids, other->groups[0].function_ids);
    EXPECT_TRUE(same(drain(*usual->groups[0].arrivals), drain(*other->groups[0].arrivals)));
  }
}

TEST(Azure2019, RowOrderDecidesTiesWhenAsked) {
  TraceText text = small_trace();
  text.inv =
      "HashOwner,HashApp,HashFunction,Trigger,480\n"
      "bob,mail,send,timer,1\n"
      "ann,shop,cart,http,1\n";
  TraceOptions options;
  options.spread = sim::Spread::kStart;
  options.tie = sim::Tie::kRow;
  core::Result<Workload> workload = open_text(text, options);
  ASSERT_TRUE(workload);
  EXPECT_EQ(workload->groups[0].function_ids, (std::vector<std::string>{"send", "cart"}));
  EXPECT_EQ(drain(*workload->groups[0].arrivals).at(0).function.value, 0U);
  options.tie = sim::Tie::kId;
  workload = open_text(text, options);
  EXPECT_EQ(workload->groups[0].function_ids, (std::vector<std::string>{"cart", "send"}));
}

TEST(Azure2019, AFunctionsCallsDoNotDependOnOtherFunctions) {
  TraceOptions by_owner;
  by_owner.tenant = "owner";
  core::Result<Workload> all = open_text(small_trace());
  core::Result<Workload> split = open_text(small_trace(), by_owner);
  ASSERT_EQ(split->groups.size(), 2U);
  const std::vector<Arrival> alone = drain(*split->groups[1].arrivals);  // bob's
  std::vector<Arrival> among;
  for (Arrival arrival : drain(*all->groups[0].arrivals)) {
    if (arrival.function.value == 2) {
      arrival.function.value = 0;
      among.push_back(arrival);
    }
  }
  EXPECT_EQ(alone.size(), 4U);
  EXPECT_TRUE(same(alone, among));
}

TEST(Azure2019, DropsAndCountsFunctionsThatTheOtherFilesLack) {
  TraceText text = small_trace();
  text.run = replaced(text.run, "ann,shop,pay,", "ann,shop,other,");
  text.mem = replaced(text.mem, "bob,mail,send,", "bob,mail,other,");
  const core::Result<Workload> workload = open_text(text);
  ASSERT_TRUE(workload);
  EXPECT_EQ(workload->groups[0].function_ids, std::vector<std::string>{"cart"});
  EXPECT_EQ(workload->trace.calls, 5U);
  EXPECT_EQ(workload->warnings,
            std::vector<std::string>{
                "dropped 2 functions with 5 calls for lack of durations or memory; the first: "
                "inv.csv:3: 'pay' is not in run.csv"});
  TraceOptions strict;
  strict.strict = true;
  EXPECT_EQ(error_of(text, strict),
            "inv.csv:3: field HashFunction: expected a function that run.csv has a row for, found "
            "'pay' (without --strict it is dropped)");
}

TEST(Azure2019, SaysSoWhenTheThreeFilesHaveNothingInCommon) {
  TraceText text = small_trace();
  text.run = kRunHeader;
  EXPECT_EQ(error_of(text),
            "inv.csv:2: field HashFunction: expected a function that run.csv has a row for, found "
            "'cart' and no other; do the three files belong together?");
}

TEST(Azure2019, UsesTheFirstOfSeveralRowsOfDurationsAndMemory) {
  TraceText text = small_trace();
  text.run += "bob,mail,send,9,9,9,9,9,9,9,9,9,9,9\n";
  text.mem += "bob,mail,send,9\nbob,mail,send,10\n";
  TraceOptions options;
  options.durations = sim::DurationSource::kAverage;
  core::Result<Workload> workload = open_text(text, options);
  ASSERT_TRUE(workload);
  EXPECT_EQ(workload->groups[0].functions[2].memory.value, 256);
  for (const Arrival& arrival : drain(*workload->groups[0].arrivals)) {
    if (arrival.function.value == 2) {
      EXPECT_EQ(arrival.run, std::chrono::seconds(2));
    }
  }
  EXPECT_EQ(workload->warnings,
            (std::vector<std::string>{
                "run.csv: 1 further rows of functions that have one already were not used",
                "mem.csv: 2 further rows of functions that have one already were not used"}));
}

TEST(Azure2019, FindsTheFilesOfATrace) {
  const auto listed = sim::find_azure2019("mem=c.csv,inv=a.csv,run=b.csv");
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->inv + listed->run + listed->mem, "a.csvb.csvc.csv");
  for (const char* wrong : {"inv=a,run=b", "inv=a,run=b,mem=", "inv=a,inv=b,mem=c", "inv=a,x"}) {
    EXPECT_FALSE(sim::find_azure2019(wrong)) << wrong;
  }
  const auto absent = sim::find_azure2019("/no/such/trace");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, core::ErrorCode::kNotFound);
  FN_SKIP_WITHOUT_TRACES();
  const std::string folder = traces_folder() + "/azure2019-dirigent-sosp24/";
  const auto beside = sim::find_azure2019(folder + "100_invocations.csv");
  ASSERT_TRUE(beside);
  EXPECT_EQ(beside->run, folder + "100_durations.csv");
  EXPECT_EQ(beside->mem, folder + "100_memory.csv");
}

}  // namespace
}  // namespace fn::tests
