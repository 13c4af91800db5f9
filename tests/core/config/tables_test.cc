// SPDX-License-Identifier: Apache-2.0
//
// Goal: every knob of the core has a unit in its key where it is a number, a sentence, a default
// inside its range, and no value in its range that its member cannot hold.

#include "core/config/tables.h"

#include <set>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "core/config/config.h"

namespace fn::tests {

namespace {

using core::Field;
using core::FieldInfo;
using core::FieldKind;

bool is_number(FieldKind kind) {
  return kind == FieldKind::kInteger || kind == FieldKind::kReal || kind == FieldKind::kDuration;
}

// The knob says what it is, in which unit, and within which limits.
void check_info(const FieldInfo& info) {
  constexpr double kLongestNs = 9e18;
  const std::string key(info.key);
  EXPECT_TRUE(info.sentence.ends_with('.')) << key;
  EXPECT_GT(info.sentence.size(), 10U) << key;
  const core::Unit unit = core::unit_of(info.key);
  EXPECT_EQ(unit.name.empty(), !is_number(info.kind)) << key << " does not end in its unit";
  EXPECT_EQ(unit.nanoseconds > 0, info.kind == FieldKind::kDuration) << key;
  if (is_number(info.kind)) {
    EXPECT_LT(info.range.min, info.range.max) << key;
    EXPECT_LE(info.range.max * static_cast<double>(unit.nanoseconds), kLongestNs) << key;
  }
}

template <typename Struct>
void check_table(std::span<const Field<Struct>> fields) {
  Struct config;
  std::set<std::string> keys;
  for (const Field<Struct>& field : fields) {
    const FieldInfo& info = field.info;
    const std::string key(info.key);
    EXPECT_TRUE(keys.insert(key).second) << key << " stands twice";
    check_info(info);
    // The default is a value that may be set, and setting it changes nothing.
    const core::Value value = field.get(config, info.key);
    const core::Result<core::Value> checked = core::check_value(info, info.key, value);
    ASSERT_TRUE(checked) << checked.error().message;
    field.set(config, info.key, *checked);
    EXPECT_EQ(field.get(config, info.key), value) << key;
  }
}

TEST(CoreTables, EveryKnobOfTheLoadBalancerIsWellFormed) {
  check_table(core::lb_fields());
}

TEST(CoreTables, EveryKnobOfTheRunnerIsWellFormed) {
  check_table(core::runner_fields());
}

TEST(CoreTables, EveryKnobOfTheNodePoolManagerIsWellFormed) {
  check_table(core::npm_fields());
}

TEST(CoreTables, AKnobChangesItsOwnMemberOnly) {
  core::LbConfig lb;
  core::Config config;
  config.add("lb", core::lb_fields(), lb);
  ASSERT_TRUE(config.set({"lb.health.silence_ms", std::int64_t{250}, "test"}));
  ASSERT_TRUE(config.set({"lb.load_bound_percent", std::int64_t{150}, "test"}));
  EXPECT_EQ(lb.health.silence, std::chrono::milliseconds(250));
  EXPECT_EQ(lb.placement.load_bound_percent, 150U);
  for (const core::ConfigRow& row : config.rows()) {
    EXPECT_EQ(row.value == row.fallback, row.origin == "default") << row.key;
  }
}

TEST(CoreTables, TheExtremesOfTheNodePoolManagersRangesAreAcceptedByIt) {
  for (const Field<core::NpmConfig>& field : core::npm_fields()) {
    const FieldInfo& info = field.info;
    if (!is_number(info.kind) || info.key == "min_runners" || info.key == "max_runners" ||
        info.key.find("pause_s") != std::string_view::npos) {
      continue;  // These depend on each other.
    }
    for (const double end : {info.range.min, info.range.max}) {
      core::NpmConfig npm;
      const core::Result<core::Value> value =
          core::check_value(info, info.key, static_cast<std::int64_t>(end + 0.999));
      ASSERT_TRUE(value) << value.error().message;
      field.set(npm, info.key, *value);
      const core::Status status = core::check(npm);
      EXPECT_TRUE(status) << info.key << ": " << status.error().message;
    }
  }
}

}  // namespace

}  // namespace fn::tests
