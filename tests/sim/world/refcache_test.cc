// SPDX-License-Identifier: Apache-2.0
//
// Goal: a memory-capped pool of containers on recorded calls gives the published counts to the last
// call (policies.md V8): an independent program found the same integers. Ties by a recycled handle,
// LRU by the end of the last use or late binding would be off by 5 to 50 %.

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/world_runner.h"

namespace fn::tests {

namespace {

// More than all containers of a sample need together.
constexpr std::int64_t kUnlimitedMib = 1 << 28;

struct Row {
  const char* name;
  int functions;
  std::int64_t memory_mib;
  const char* policy;
  std::uint64_t warm;
  std::uint64_t cold;
  std::uint64_t dropped;
  double overhead_s;
};

constexpr Row kRows[] = {
    {"Lru100In4GiB", 100, 4'096, "lru", 64'236, 20'753, 1'762, 342'079},
    {"Gdsf100In4GiB", 100, 4'096, "gdsf", 70'281, 15'841, 629, 48'006},
    {"Lru100In8GiB", 100, 8'192, "lru", 85'986, 765, 0, 6'102},
    {"Gdsf100In8GiB", 100, 8'192, "gdsf", 82'354, 4'397, 0, 2'985},
    {"None100Unlimited", 100, kUnlimitedMib, "none", 86'624, 127, 0, 1'339},
    {"Ttl100Unlimited", 100, kUnlimitedMib, "ttl", 85'424, 1'327, 0, 12'017},
    {"Lru500In16GiB", 500, 16'384, "lru", 253'803, 81'324, 5'969, 1'508'603},
    {"Gdsf500In16GiB", 500, 16'384, "gdsf", 263'981, 72'834, 4'281, 681'879},
    {"None500Unlimited", 500, kUnlimitedMib, "none", 340'052, 1'044, 0, 14'536},
    {"Ttl500Unlimited", 500, kUnlimitedMib, "ttl", 335'019, 6'077, 0, 68'822},
};

class ReferenceCache : public testing::TestWithParam<Row> {};

}  // namespace

TEST_P(ReferenceCache, CountsEveryCallAsThePublishedProgramDoes) {
  const Row& row = GetParam();
  if (recorded_traces().empty()) {
    GTEST_SKIP() << "recorded traces are not on this machine; set FN_TRACES to their folder";
  }
  const std::string policy = row.policy;
  // Without a limit nothing is ever evicted, so any policy without expiry is "none".
  const std::string file = policy == "none" ? "lru" : policy;
  WorldSource source{.scenario = "tests/policy/refcache-" + file + ".toml"};
  source.settings = {
      "runner.keep_alive=" + policy,
      "runner.memory_mib=" + std::to_string(row.memory_mib),
      "workload.trace=" + recorded_traces() + "/azure2019-invitro-jun2022/" +
          std::to_string(row.functions) + "_inv.csv",
  };
  const WorldRun run = run_world(source);
  SCOPED_TRACE(run.repeat());
  EXPECT_EQ(run["warm"], static_cast<double>(row.warm));
  EXPECT_EQ(run["cold"], static_cast<double>(row.cold));
  EXPECT_EQ(run["refused"], static_cast<double>(row.dropped));
  // Published in whole seconds.
  EXPECT_NEAR(run["cold_overhead_s"], row.overhead_s, 1);
  EXPECT_EQ(run["timed_out"], 0);
  EXPECT_EQ(run["failed"], 0);
}

INSTANTIATE_TEST_SUITE_P(V8,
                         ReferenceCache,
                         testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

}  // namespace fn::tests
