// SPDX-License-Identifier: Apache-2.0
//
// Goal: every knob of the simulated world is well formed: a unit where it is a number, a sentence,
// a default that is allowed, and no value in its range that overflows.

#include "sim/scenario/world_tables.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "sim/scenario/workload_tables.h"

namespace fn::tests {

namespace {

using core::Field;
using core::FieldKind;

// Numbers without a unit.
const std::set<std::string>& dimensionless() {
  static const std::set<std::string> keys = {"seed",
                                             "zipf",
                                             "sine_phase",
                                             "sine_peak_to_trough",
                                             "duration_sigma",
                                             "memory_burr_c",
                                             "memory_burr_k"};
  return keys;
}

template <typename Struct>
void check_table(std::span<const Field<Struct>> fields) {
  constexpr double kLongestNs = 9e18;
  Struct config;
  for (const Field<Struct>& field : fields) {
    const core::FieldInfo& info = field.info;
    const std::string key(info.key);
    const bool number = info.kind != FieldKind::kBool && info.kind != FieldKind::kText;
    const core::Unit unit = core::unit_of(info.key);
    EXPECT_TRUE(info.sentence.ends_with('.')) << key;
    EXPECT_EQ(number && !unit.name.empty(), number && !dimensionless().contains(key)) << key;
    if (info.kind == FieldKind::kDuration) {
      EXPECT_LE(info.range.max * static_cast<double>(unit.nanoseconds), kLongestNs) << key;
    }
    const core::Value value = field.get(config, info.key);
    const core::Result<core::Value> checked = core::check_value(info, info.key, value);
    ASSERT_TRUE(checked) << checked.error().message;
    field.set(config, info.key, *checked);
    EXPECT_EQ(field.get(config, info.key), value) << key;
  }
}

TEST(WorldTables, EveryKnobOfTheWorldIsWellFormed) {
  check_table(sim::run_fields());
  check_table(sim::nodes_fields());
  check_table(sim::provider_fields());
  check_table(sim::network_fields());
  check_table(sim::container_fields());
  check_table(sim::caller_fields());
  check_table(sim::cost_fields());
}

TEST(WorldTables, EveryKnobOfTheWorkloadIsWellFormed) {
  check_table(sim::trace_input_fields());
  check_table(sim::trace_fields());
  check_table(sim::synthetic_fields());
  check_table(sim::group_fields());
  check_table(sim::function_fields());
}

}  // namespace

}  // namespace fn::tests
