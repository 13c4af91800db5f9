// SPDX-License-Identifier: Apache-2.0
//
// Goal: a setting reaches its member, or is refused in one line that names the place, the key, what
// was expected and, where it can be guessed, what was meant.

#include "core/config/config.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {

enum class Colour : std::uint8_t { kRed, kGreen };

}  // namespace fn::tests

namespace fn::core {

template <>
struct EnumNames<tests::Colour> {
  static constexpr std::array<std::string_view, 2> kNames = {"red", "green"};
};

}  // namespace fn::core

namespace fn::tests {

namespace {

using core::Config;
using core::ConfigRow;
using core::field;
using core::Setting;
using core::Status;
using core::Value;

struct Inner {
  std::uint32_t calls = 3;
};

struct Knobs {
  bool enabled = true;
  std::uint8_t small = 5;
  std::int64_t large = -1;
  double share = 0.5;
  std::string placer = "ch";
  std::string note;
  core::Duration pause = std::chrono::milliseconds(1'500);
  core::Duration patience = core::kForever;
  core::MemoryMib memory{4096};
  core::MilliCpu cpu{0};
  Colour colour = Colour::kGreen;
  Inner inner;
};

constexpr std::array<std::string_view, 2> kPlacers = {"ch", "chbl"};

std::span<const std::string_view> placers() {
  return kPlacers;
}

constexpr std::array kFields = {
    field<&Knobs::enabled>("enabled", "On or off."),
    field<&Knobs::small>("small_calls", {0, 1e9}, "A number of eight bits."),
    field<&Knobs::large>("large_count", {-10, 1e18}, "A number of 64 bits."),
    field<&Knobs::share>("share_percent", {0, 100}, "A share."),
    field<&Knobs::placer>("placer", placers, "One of some words."),
    field<&Knobs::note>("note", "Any text."),
    field<&Knobs::pause>("pause_s", {0, 3'600}, "A time."),
    field<&Knobs::patience>("patience_ms", {1, 1'000, true}, "A time that may be endless."),
    field<&Knobs::memory>("memory_mib", {1, 65'536}, "Memory."),
    field<&Knobs::cpu>("cpu_milli", {0, 1e6}, "CPU."),
    field<&Knobs::colour>("colour", "One of an enum's names."),
    field<&Knobs::inner, &Inner::calls>("inner.calls", {0, 10}, "A member of a member."),
};

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() { config.add("knobs", std::span<const core::Field<Knobs>>(kFields), knobs); }

  Status set(const std::string& key, const Value& value, const std::string& place = "x.toml:7") {
    return config.set(Setting{key, value, place});
  }

  // The message of a setting that must be refused.
  std::string refusal(const std::string& key, const Value& value) {
    const Status status = set(key, value);
    EXPECT_FALSE(status) << key;
    return status ? "" : status.error().message;
  }

  ConfigRow row(const std::string& key) {
    for (const ConfigRow& candidate : config.rows()) {
      if (candidate.key == key) {
        return candidate;
      }
    }
    ADD_FAILURE() << key;
    return {};
  }

  Knobs knobs;
  Config config;
};

TEST_F(ConfigTest, EveryKindOfValueReachesItsMember) {
  ASSERT_TRUE(set("knobs.enabled", false));
  ASSERT_TRUE(set("knobs.small_calls", std::int64_t{255}));
  ASSERT_TRUE(set("knobs.large_count", std::int64_t{1'000'000'000'000}));
  ASSERT_TRUE(set("knobs.share_percent", std::int64_t{12}));
  ASSERT_TRUE(set("knobs.placer", std::string("chbl")));
  ASSERT_TRUE(set("knobs.note", std::string("a \"b\"")));
  ASSERT_TRUE(set("knobs.pause_s", 2.5));
  ASSERT_TRUE(set("knobs.patience_ms", std::int64_t{30}));
  ASSERT_TRUE(set("knobs.memory_mib", 128.0));
  ASSERT_TRUE(set("knobs.cpu_milli", std::int64_t{250}));
  ASSERT_TRUE(set("knobs.colour", std::string("red")));
  ASSERT_TRUE(set("knobs.inner.calls", std::int64_t{10}));
  EXPECT_FALSE(knobs.enabled);
  EXPECT_EQ(knobs.small, 255);
  EXPECT_EQ(knobs.large, 1'000'000'000'000);
  EXPECT_EQ(knobs.share, 12.0);
  EXPECT_EQ(knobs.placer, "chbl");
  EXPECT_EQ(knobs.note, "a \"b\"");
  EXPECT_EQ(knobs.pause, std::chrono::milliseconds(2'500));
  EXPECT_EQ(knobs.patience, std::chrono::milliseconds(30));
  EXPECT_EQ(knobs.memory.value, 128);
  EXPECT_EQ(knobs.cpu.value, 250);
  EXPECT_EQ(knobs.colour, Colour::kRed);
  EXPECT_EQ(knobs.inner.calls, 10U);
}

TEST_F(ConfigTest, TheWordNeverStandsForAnEndlessTimeOnlyWhereItIsAllowed) {
  ASSERT_TRUE(set("knobs.patience_ms", std::int64_t{30}));
  ASSERT_TRUE(set("knobs.patience_ms", std::string("never")));
  EXPECT_EQ(knobs.patience, core::kForever);
  EXPECT_EQ(core::to_text(row("knobs.patience_ms").value), "never");
  EXPECT_EQ(refusal("knobs.pause_s", std::string("never")),
            "x.toml:7: knobs.pause_s = \"never\": expected a number of s from 0 to 3600");
}

TEST_F(ConfigTest, ANumberOutsideItsRangeIsRefusedWithTheRangeAndTheUnit) {
  EXPECT_EQ(refusal("knobs.memory_mib", std::int64_t{0}),
            "x.toml:7: knobs.memory_mib = 0: expected a whole number of MiB from 1 to 65536");
  EXPECT_EQ(refusal("knobs.share_percent", 100.5),
            "x.toml:7: knobs.share_percent = 100.5: expected a number of % from 0 to 100");
  EXPECT_EQ(knobs.memory.value, 4096);
}

TEST_F(ConfigTest, ARangeIsCutToWhatTheMemberCanHold) {
  EXPECT_EQ(refusal("knobs.small_calls", std::int64_t{256}),
            "x.toml:7: knobs.small_calls = 256: expected a whole number of calls from 0 to 255");
}

TEST_F(ConfigTest, AValueOfTheWrongKindIsRefused) {
  EXPECT_EQ(refusal("knobs.memory_mib", std::string("128")),
            "x.toml:7: knobs.memory_mib = \"128\": expected a whole number of MiB from 1 to 65536; "
            "write it without quotes");
  EXPECT_EQ(refusal("knobs.memory_mib", 1.5),
            "x.toml:7: knobs.memory_mib = 1.5: expected a whole number of MiB from 1 to 65536");
  EXPECT_EQ(refusal("knobs.enabled", std::int64_t{1}),
            "x.toml:7: knobs.enabled = 1: expected true or false");
  EXPECT_EQ(refusal("knobs.note", true),
            "x.toml:7: knobs.note = true: expected text; put it in quotes if it is meant as text");
  EXPECT_FALSE(set("knobs.share_percent", std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(set("knobs.pause_s", std::numeric_limits<double>::infinity()));
}

TEST_F(ConfigTest, AWordThatIsNotKnownIsRefusedWithTheWordsThatAre) {
  EXPECT_EQ(refusal("knobs.placer", std::string("chlb")),
            "x.toml:7: knobs.placer = \"chlb\": expected one of ch, chbl; did you mean \"chbl\"?");
  EXPECT_EQ(refusal("knobs.colour", std::string("blue")),
            "x.toml:7: knobs.colour = \"blue\": expected one of red, green");
}

TEST_F(ConfigTest, AnUnknownKeyIsRefusedWithTheKeyThatWasMeant) {
  EXPECT_EQ(refusal("knobs.memory_mb", std::int64_t{1}),
            "x.toml:7: unknown key \"knobs.memory_mb\"; did you mean \"knobs.memory_mib\"?");
  EXPECT_EQ(refusal("memory_mib", std::int64_t{1}),
            "x.toml:7: unknown key \"memory_mib\"; did you mean \"knobs.memory_mib\"?");
  EXPECT_EQ(refusal("zzzzzz", std::int64_t{1}),
            "x.toml:7: unknown key \"zzzzzz\"; \"config print\" lists every key");
}

TEST_F(ConfigTest, AMessageIsOneShortLineWhateverWasWritten) {
  const std::string message = refusal("knobs.colour", std::string(5'000, 'x') + "\n");
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_LT(message.size(), 200U);
  EXPECT_LT(refusal(std::string(5'000, 'k'), true).size(), 300U);
}

TEST_F(ConfigTest, TheLastSettingOfAKeyIsInForceAndIsItsOrigin) {
  EXPECT_EQ(row("knobs.memory_mib").origin, "default");
  ASSERT_TRUE(set("knobs.memory_mib", std::int64_t{100}, "day.toml:3"));
  ASSERT_TRUE(set("knobs.memory_mib", std::int64_t{200}, "--set"));
  EXPECT_FALSE(set("knobs.memory_mib", std::int64_t{-1}, "elsewhere"));
  const ConfigRow found = row("knobs.memory_mib");
  EXPECT_EQ(std::get<std::int64_t>(found.value), 200);
  EXPECT_EQ(std::get<std::int64_t>(found.fallback), 4096);
  EXPECT_EQ(found.origin, "--set");
  EXPECT_EQ(found.unit, "MiB");
  EXPECT_EQ(found.sentence, "Memory.");
  EXPECT_EQ(found.allowed, "a whole number of MiB from 1 to 65536");
}

TEST_F(ConfigTest, RowsComeInTheOrderOfTheTableWithValuesInTheUnitOfTheirKey) {
  const std::vector<ConfigRow> rows = config.rows();
  ASSERT_EQ(rows.size(), kFields.size());
  EXPECT_EQ(rows.front().key, "knobs.enabled");
  EXPECT_EQ(rows.back().key, "knobs.inner.calls");
  EXPECT_EQ(core::to_text(row("knobs.pause_s").value), "1.5");
  EXPECT_EQ(row("knobs.pause_s").unit, "s");
  EXPECT_EQ(core::to_text(row("knobs.colour").value), "green");
}

}  // namespace

}  // namespace fn::tests
