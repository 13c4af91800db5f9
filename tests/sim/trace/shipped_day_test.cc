// SPDX-License-Identifier: Apache-2.0
//
// Goal: the shipped day is what its preset makes, byte for byte, is small, and has the tenants on
// whose pools policies differ.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/byte_sink.h"
#include "sim/scenario/generator_file.h"
#include "sim/trace/fntrace.h"
#include "tests/sim/trace/minute_loads.h"

namespace fn::tests {
namespace {

sim::GeneratorConfig shipped_config() {
  sim::GeneratorSources sources;
  sources.preset = "shipped-day";
  const core::Result<sim::GeneratorConfig> config = load_generator(sources);
  EXPECT_TRUE(config) << config.error().message;
  return config.value_or(sim::GeneratorConfig());
}

TEST(ShippedDay, IsWhatThePresetMakes) {
  const char* root = std::getenv("FN_SOURCE_ROOT");  // NOLINT(concurrency-mt-unsafe)
  const std::string path = std::string(root != nullptr ? root : ".") + "/traces/day.fntrace";
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  const std::string shipped{std::istreambuf_iterator<char>(file), {}};
  const core::Result<sim::TraceReaderPtr> trace = sim::open_generated(shipped_config(), 1);
  ASSERT_TRUE(trace);
  core::MemorySink sink;
  constexpr int kLevel = 19;
  const core::Result<std::uint64_t> calls = write_fntrace(**trace, sink, kLevel);
  ASSERT_TRUE(calls);
  EXPECT_TRUE(sink.bytes() == shipped)
      << "fnsim trace generate --preset shipped-day --seed 1 --out traces/day.fntrace";
  EXPECT_LT(shipped.size(), 2U * 1024 * 1024);
  EXPECT_GT(*calls, 5'000'000U);
}

TEST(ShippedDay, HasTenantsOfAllShapes) {
  std::map<std::string, MinuteLoads> loads = loads_of(shipped_config());
  EXPECT_EQ(loads.size(), 12U);
  const auto runners = [&loads](const char* tenant, std::size_t hour, std::size_t minutes = 60) {
    return mean_of(loads.at(tenant).runners, hour * 60, minutes);
  };
  // Four pools of 5 to 60 runners all day.
  for (const char* tenant : {"checkout", "media", "search", "thumbnails"}) {
    for (std::size_t hour = 0; hour < 24; ++hour) {
      EXPECT_GT(runners(tenant, hour), tenant == std::string("thumbnails") ? 3 : 4.9) << tenant;
      EXPECT_LT(runners(tenant, hour), 60) << tenant;
    }
    EXPECT_GT(mean_of(loads.at(tenant).runners), 6) << tenant;
  }
  EXPECT_NEAR(runners("media", 19, 120), 52, 2);
  EXPECT_NEAR(runners("checkout", 14, 120) / runners("checkout", 2, 120), 3, 0.3);
  // A crowd, a herd, timers, teeth, and sleep.
  EXPECT_GT(mean_of(loads.at("tickets").runners, 723, 12), 15 * runners("tickets", 11));
  EXPECT_GT(loads.at("billing").calls[600], 20 * loads.at("billing").calls[601]);
  EXPECT_GT(loads.at("telemetry").runners[605], 12);
  EXPECT_EQ(mean_of(loads.at("telemetry").runners, 606, 4), 0);
  EXPECT_NEAR(mean_of(loads.at("pipeline").runners), 8, 0.1);
  EXPECT_EQ(runners("reports", 4, 600), 0);
  EXPECT_GT(runners("reports", 1, 180), 18);
  // Nobody is in the office at weekends.
  sim::GeneratorConfig week = shipped_config();
  week.days = 7;
  loads = loads_of(week);
  EXPECT_EQ(mean_of(loads.at("backoffice").calls, 5UL * 1440, 2UL * 1440), 0);
  EXPECT_GT(mean_of(loads.at("backoffice").calls, 4UL * 1440, 1440), 100);
}

}  // namespace
}  // namespace fn::tests
