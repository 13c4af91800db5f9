// SPDX-License-Identifier: Apache-2.0
//
// Goal: an LB's view of its runners: what is outstanding follows every call, a runner that left is
// kept as long as its calls, slots are recycled, and a state that contradicts itself is refused.

#include "core/pool/runner_pool.h"

#include <map>
#include <rapidcheck.h>
#include <set>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using namespace std::chrono_literals;

FunctionSpec spec(std::int64_t memory_mib) {
  return FunctionSpec{.memory = MemoryMib{memory_mib}, .cpu = MilliCpu{memory_mib / 2}};
}

Member member(std::uint32_t runner, std::uint32_t memory_mib = 1000) {
  return Member{RunnerHandle{runner}, memory_mib, 500};
}

// What a pool should know, in a few obvious lists.
struct Model {
  std::vector<std::pair<std::uint32_t, std::int64_t>> calls;  // runner, memory
  std::vector<std::uint32_t> members;
};

// The membership changes, a call comes or a call ends.
void change(RunnerPool& pool, Model& model) {
  if (*rc::gen::inRange(0, 5) == 0) {
    model.members.clear();
    std::vector<Member> list;
    for (std::uint32_t runner = 0; runner < 6; ++runner) {
      if (*rc::gen::arbitrary<bool>()) {
        model.members.push_back(runner);
        list.push_back(member(runner));
      }
    }
    pool.set_members(list);
    RC_ASSERT(!pool.set_members(list));
  } else if (!model.calls.empty() && *rc::gen::arbitrary<bool>()) {
    const auto index = *rc::gen::inRange<std::size_t>(0, model.calls.size());
    const std::uint32_t view = pool.find(RunnerHandle{model.calls[index].first});
    RC_ASSERT(view != RunnerPool::kNone);
    pool.release(view, spec(model.calls[index].second));
    model.calls.erase(model.calls.begin() + static_cast<std::ptrdiff_t>(index));
  } else if (!model.members.empty()) {
    const std::uint32_t runner = *rc::gen::elementOf(model.members);
    const std::int64_t memory = *rc::gen::inRange<std::int64_t>(1, 300);
    pool.assign(pool.find(RunnerHandle{runner}), spec(memory), Instant{});
    model.calls.emplace_back(runner, memory);
  }
}

void expect_same(const RunnerPool& pool, const Model& model) {
  const std::vector<std::uint32_t>& members = model.members;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::int64_t>> loads;
  for (const auto& [runner, memory] : model.calls) {
    ++loads[runner].first;
    loads[runner].second += memory;
  }
  RC_ASSERT(pool.members() == members.size());
  std::uint64_t total = 0;
  for (std::uint32_t position = 0; position < pool.members(); ++position) {
    const Candidate& candidate = pool.view().candidates[position];
    RC_ASSERT(candidate.runner.value == members[position]);
    RC_ASSERT(candidate.load_calls == loads[members[position]].first);
    RC_ASSERT(candidate.load_mib == loads[members[position]].second);
    RC_ASSERT(pool.candidate(pool.view_at(position)) == &candidate);
    total += candidate.load_mib;
  }
  RC_ASSERT(pool.view().load_mib == total);
  RC_ASSERT(pool.view().memory_mib == 1000 * members.size());
  for (std::uint32_t runner = 0; runner < 6; ++runner) {
    const bool listed = std::count(members.begin(), members.end(), runner) != 0;
    const bool known = pool.find(RunnerHandle{runner}) != RunnerPool::kNone;
    RC_ASSERT(known == (listed || loads[runner].first != 0));
  }
  RC_ASSERT(pool.views() <= 12U);
}

TEST(RunnerPool, KnowsWhatIsOutstandingThroughEveryChange) {
  EXPECT_TRUE(rc::check("runner pool", [] {
    RunnerPool pool(HealthConfig{}, true);
    Model model;
    const int steps = *rc::gen::inRange(0, 150);
    for (int step = 0; step < steps; ++step) {
      change(pool, model);
      expect_same(pool, model);
    }
  }));
}

TEST(RunnerPool, TakesARunnerThatIsListedTwiceOnce) {
  RunnerPool pool(HealthConfig{}, true);
  pool.set_members(std::vector<Member>{member(3), member(4), member(3)});
  EXPECT_EQ(pool.members(), 2U);
  pool.assign(pool.find(RunnerHandle{3}), spec(100), Instant{});
  EXPECT_EQ(pool.view().load_mib, 100U);
}

TEST(RunnerPool, KnowsARunnerToBeFullOnlyWhereItsSizeIsKnownAndItRefuses) {
  for (const bool refuses : {true, false}) {
    RunnerPool pool(HealthConfig{}, refuses);
    pool.set_members(std::vector<Member>{member(0), member(1, 0)});
    for (const std::uint32_t view : {0U, 1U}) {
      pool.assign(view, spec(950), Instant{});
    }
    EXPECT_EQ(pool.view().candidates[0].can_take(spec(51)), !refuses);
    EXPECT_EQ(pool.view().candidates[0].can_take(spec(50)), true);
    EXPECT_EQ(pool.view().candidates[1].can_take(spec(60)), !refuses) << "its CPU is known";
    EXPECT_EQ(pool.view().candidates[1].can_take(spec(40)), true);
  }
}

TEST(RunnerPool, AsksNobodyWhoHoldsNoCalls) {
  RunnerPool pool(HealthConfig{}, true);
  pool.set_members(std::vector<Member>{member(0), member(1)});
  EXPECT_EQ(pool.due(), kNever);
  pool.assign(0, spec(10), Instant{});
  EXPECT_EQ(pool.due(), Instant{1s});
  pool.release(0, spec(10));
  EXPECT_TRUE(pool.look(Instant{1s}).empty());
  EXPECT_EQ(pool.due(), kNever);
}

TEST(RunnerPool, CountsSilenceFromTheFirstCallThatARunnerHolds) {
  RunnerPool pool(HealthConfig{}, true);
  pool.set_members(std::vector<Member>{member(0), member(1)});
  pool.assign(0, spec(10), Instant{1h});
  EXPECT_TRUE(pool.look(Instant{1h + 999ms}).empty());
  EXPECT_EQ(pool.look(Instant{1h + 1s}).size(), 1U);
}

TEST(RunnerPool, RefusesAStateThatContradictsItself) {
  RunnerPool pool(HealthConfig{}, true);
  pool.set_members(std::vector<Member>{member(0), member(1), member(2)});
  pool.assign(0, spec(100), Instant{});
  pool.set_members(std::vector<Member>{member(2), member(1)});
  Writer saved;
  pool.save(saved);
  const std::vector<std::byte> bytes(saved.bytes().begin(), saved.bytes().end());
  const std::vector<RunnerPool::Load> loads = {{1, 100, 50}, {}, {}};
  RunnerPool restored(HealthConfig{}, true);
  Reader reader(bytes);
  ASSERT_TRUE(restored.load(reader).has_value());
  EXPECT_TRUE(restored.agrees(loads));
  EXPECT_FALSE(restored.agrees(std::vector<RunnerPool::Load>{{1, 100, 50}, {1, 0, 0}, {}}));
  EXPECT_FALSE(restored.agrees(std::vector<RunnerPool::Load>{{1, 100, 50}}));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    RunnerPool cut(HealthConfig{}, true);
    Reader half{std::span(bytes).first(length)};
    EXPECT_FALSE(cut.load(half).has_value()) << length;
  }
  // The second word of a view is its position.
  std::vector<std::byte> damaged = bytes;
  damaged[8 + 4] = std::byte{9};
  RunnerPool odd(HealthConfig{}, true);
  Reader other(damaged);
  EXPECT_FALSE(odd.load(other).has_value());
}

}  // namespace
}  // namespace fn::core
