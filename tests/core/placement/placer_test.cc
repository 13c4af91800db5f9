// SPDX-License-Identifier: Apache-2.0
//
// Goal: what holds for every policy: it has a name, it uses only runners that are there, a refused
// call tries each runner once, and a saved placer goes on as the original.

#include "core/placement/placer.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "tests/core/placement/test_pool.h"

namespace fn::core {
namespace {

using fn::tests::first_of;
using fn::tests::function_number;
using fn::tests::refused_walk;
using fn::tests::TestPool;

class EveryPlacer : public testing::TestWithParam<std::string_view> {
 protected:
  static std::unique_ptr<Placer> make(const TestPool& pool, std::uint64_t seed = 1) {
    std::unique_ptr<Placer> placer = make_placer(GetParam(), PlacerConfig{}, Rng(seed));
    placer->members_changed(pool.view());
    return placer;
  }

  // Fn's placers know nothing of loads: they offer a call to full runners too.
  static bool knows_load() { return GetParam() != "naive" && GetParam() != "ch-compat"; }
};

std::string test_name(const testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Placers, EveryPlacer, testing::ValuesIn(placer_names()), test_name);

TEST_P(EveryPlacer, ARefusedCallTriesEveryRunnerOnce) {
  for (const std::uint32_t size : {1U, 2U, 3U, 17U}) {
    const TestPool pool(size);
    const std::unique_ptr<Placer> placer = make(pool);
    for (std::uint32_t function = 0; function < 30; ++function) {
      std::vector<std::uint32_t> walk = refused_walk(*placer, pool, function);
      std::sort(walk.begin(), walk.end());
      ASSERT_EQ(walk.size(), size);
      for (std::uint32_t position = 0; position < size; ++position) {
        ASSERT_EQ(walk[position], position);
      }
    }
  }
}

TEST_P(EveryPlacer, ARestedRunnerIsNeverTried) {
  TestPool pool(9);
  pool[0].usable = 0;
  pool[4].usable = 0;
  pool[8].usable = 0;
  const std::unique_ptr<Placer> placer = make(pool);
  for (std::uint32_t function = 0; function < 50; ++function) {
    const std::vector<std::uint32_t> walk = refused_walk(*placer, pool, function);
    ASSERT_EQ(walk.size(), 6U);
    for (const std::uint32_t position : walk) {
      ASSERT_NE(position % 4, 0U);
    }
  }
}

TEST_P(EveryPlacer, AFullRunnerIsTriedOnlyByAPlacerThatKnowsNoLoad) {
  TestPool pool(9);
  pool[2].limit_mib = 100;
  pool[2].load_mib = 90;
  pool[3].limit_milli = 500;
  pool[3].load_milli = 500;
  const std::unique_ptr<Placer> placer = make(pool);
  const FunctionSpec spec = [] {
    FunctionSpec with_cpu = function_number(1, 11);
    with_cpu.cpu = MilliCpu{1};
    return with_cpu;
  }();
  for (int call = 0; call < 50; ++call) {
    PlacementSession session;
    std::uint32_t tried = 0;
    std::uint32_t position = placer->first(pool.view(), FunctionHandle{1}, spec, session);
    while (position != Placer::kNone) {
      ASSERT_TRUE(!knows_load() || (position != 2 && position != 3));
      ++tried;
      position = placer->next(pool.view(), spec, session);
    }
    ASSERT_EQ(tried, knows_load() ? 7U : 9U);
  }
}

TEST_P(EveryPlacer, TheOnlyRunnerWithRoomIsFoundAtOnce) {
  TestPool pool(40);
  for (std::uint32_t position = 0; position < pool.size(); ++position) {
    pool.begin_call(position, 4096);
    pool[position].limit_mib = 4096;
  }
  pool.end_call(23, 1000);
  const std::unique_ptr<Placer> placer = make(pool);
  for (std::uint32_t function = 0; function < 50 && knows_load(); ++function) {
    ASSERT_EQ(first_of(*placer, pool, function, 128), 23U);
  }
}

TEST_P(EveryPlacer, NobodyIsTriedWhenNobodyCanTakeTheCall) {
  TestPool pool(5);
  for (std::uint32_t position = 0; position < pool.size(); ++position) {
    pool[position].limit_mib = 0;
  }
  const std::unique_ptr<Placer> placer = make(pool);
  EXPECT_EQ(first_of(*placer, pool, 1) == Placer::kNone, knows_load());
}

TEST_P(EveryPlacer, AnEmptyPoolHasNobodyToTry) {
  TestPool pool(0);
  const std::unique_ptr<Placer> placer = make(pool);
  EXPECT_EQ(first_of(*placer, pool, 1), Placer::kNone);
  PlacementSession session;
  EXPECT_EQ(placer->next(pool.view(), function_number(1), session), Placer::kNone);
  pool.join(RunnerHandle{3}, 4096);
  placer->members_changed(pool.view());
  EXPECT_EQ(first_of(*placer, pool, 1), 0U);
}

TEST_P(EveryPlacer, AnExhaustedSessionStaysExhausted) {
  const TestPool pool(3);
  const std::unique_ptr<Placer> placer = make(pool);
  const FunctionSpec spec = function_number(1);
  PlacementSession session;
  placer->first(pool.view(), FunctionHandle{1}, spec, session);
  placer->next(pool.view(), spec, session);
  placer->next(pool.view(), spec, session);
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(placer->next(pool.view(), spec, session), Placer::kNone);
  }
}

TEST_P(EveryPlacer, ASessionOfALargerPoolStaysUsable) {
  const TestPool pool(20);
  const std::unique_ptr<Placer> placer = make(pool);
  PlacementSession session{1'000'000'000, 3};
  std::uint32_t tried = 0;
  std::uint32_t position = placer->next(pool.view(), function_number(1), session);
  while (position != Placer::kNone) {
    ASSERT_LT(position, pool.size());
    ASSERT_LE(++tried, pool.size());
    position = placer->next(pool.view(), function_number(1), session);
  }
}

TEST_P(EveryPlacer, ASavedPlacerGoesOnAsTheOriginal) {
  TestPool pool(13);
  const std::unique_ptr<Placer> original = make(pool, 42);
  for (std::uint32_t call = 0; call < 100; ++call) {
    pool.begin_call(first_of(*original, pool, call % 7));
  }
  pool.leave(6);
  original->members_changed(pool.view());

  Writer saved;
  original->save(saved);
  const std::unique_ptr<Placer> loaded = make_placer(GetParam(), PlacerConfig{}, Rng(1));
  Reader reader(saved.bytes());
  loaded->load(reader);
  ASSERT_TRUE(reader.finish().has_value());
  loaded->members_changed(pool.view());

  for (std::uint32_t call = 0; call < 200; ++call) {
    ASSERT_EQ(refused_walk(*original, pool, call % 9), refused_walk(*loaded, pool, call % 9));
    pool.begin_call(call % pool.size());
  }
}

TEST_P(EveryPlacer, ALoadFromShortInputIsNoticed) {
  Writer saved;
  make(TestPool(3))->save(saved);
  if (saved.bytes().empty()) {
    return;
  }
  Reader reader(saved.bytes().first(saved.bytes().size() - 1));
  make(TestPool(3))->load(reader);
  EXPECT_FALSE(reader.finish().has_value());
}

TEST(Placer, TheNamesAreThePublishedOnes) {
  const std::vector<std::string_view> names(placer_names().begin(), placer_names().end());
  EXPECT_EQ(names,
            (std::vector<std::string_view>{"naive",
                                           "ch-compat",
                                           "ch",
                                           "chbl",
                                           "random",
                                           "round-robin",
                                           "least-outstanding",
                                           "p2c"}));
}

TEST(Placer, AnUnknownNameGivesNoPlacer) {
  EXPECT_EQ(make_placer("chb", PlacerConfig{}, Rng(1)), nullptr);
  EXPECT_EQ(make_placer("", PlacerConfig{}, Rng(1)), nullptr);
}

TEST(Placer, OnlyFnsPlacersLetEveryWaitingCallPoll) {
  for (const std::string_view name : placer_names()) {
    EXPECT_EQ(make_placer(name, PlacerConfig{}, Rng(1))->every_call_polls(),
              name == "naive" || name == "ch-compat")
        << name;
  }
}

TEST(Placer, TheConfigReachesThePolicies) {
  TestPool pool(10, 1000);
  PlacerConfig config;
  config.load_bound_percent = 100'000;
  config.walk_above_percent = 30;
  const std::unique_ptr<Placer> chbl = make_placer("chbl", config, Rng(1));
  const std::unique_ptr<Placer> ch = make_placer("ch", config, Rng(1));
  chbl->members_changed(pool.view());
  ch->members_changed(pool.view());
  const std::uint32_t home = first_of(*chbl, pool, 1);
  pool.begin_call(home, 500);
  EXPECT_EQ(first_of(*chbl, pool, 1), home);
  pool.end_call(home, 500);
  const std::uint32_t jump_home = first_of(*ch, pool, 1);
  pool.begin_call(jump_home, 300);
  EXPECT_NE(first_of(*ch, pool, 1), jump_home);
}

TEST_P(EveryPlacer, AForgottenFunctionsHandleStandsForTheNextThatHasIt) {
  const TestPool pool(64);
  const std::unique_ptr<Placer> placer = make(pool);
  const std::unique_ptr<Placer> fresh = make(pool);
  const FunctionHandle handle{5};
  placer->forget(handle);
  for (std::uint32_t function = 0; function < 20; ++function) {
    PlacementSession session;
    PlacementSession expected;
    ASSERT_EQ(placer->first(pool.view(), handle, function_number(function), session),
              fresh->first(
                  pool.view(), FunctionHandle{10 + function}, function_number(function), expected));
    placer->forget(handle);
  }
}

}  // namespace
}  // namespace fn::core
