// SPDX-License-Identifier: Apache-2.0
//
// Goal: a machine that is saved and built anew at random steps answers exactly as the one that went
// on, with every scaler and through every kind of event; and no event makes it leave its bounds.

#include <memory>
#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "core/npm/node_pool_manager.h"
#include "tests/core/npm/npm_rig.h"

namespace fn::tests {
namespace {

using core::NodePoolManager;
using core::RunnerHandle;

std::unique_ptr<NodePoolManager> reborn(const NodePoolManager& npm, const core::NpmConfig& config) {
  core::Writer saved;
  npm.save(saved);
  auto restored = std::make_unique<NodePoolManager>(config);
  core::Reader reader(saved.bytes());
  RC_ASSERT(restored->load(reader).has_value());
  RC_ASSERT(reader.finish().has_value());
  core::Writer again;
  restored->save(again);
  RC_ASSERT(std::equal(
      saved.bytes().begin(), saved.bytes().end(), again.bytes().begin(), again.bytes().end()));
  return restored;
}

// Any event, with subjects that often mean something; `runners` is what the provider has.
core::NpmEvent any_event(std::vector<core::Member>& runners, std::uint32_t& next_runner) {
  const auto small = [](std::uint32_t most) {
    return *rc::gen::inRange<std::uint32_t>(0, most);
  };
  switch (small(8)) {
    case 0:
      return core::RunnerReported{core::LbHandle{small(3)}, RunnerHandle{small(8)}, small(2)};
    case 1:
      for (std::uint32_t come = small(4); come > 0; --come) {
        runners.push_back(core::Member{RunnerHandle{next_runner++}, 1024 * (1 + small(4)), 0});
      }
      if (!runners.empty() && small(3) == 0) {
        runners.erase(runners.begin() + small(static_cast<std::uint32_t>(runners.size())));
      }
      return core::RunnersListed{runners};
    case 2:
      return core::ProvisionAnswered{small(6), small(4)};
    case 3:
      return core::RunnerIdle{RunnerHandle{small(8)}, small(4)};
    default:
      return core::CapacityAdvertised{
          core::LbHandle{small(3)},
          small(30),
          core::Requirement{1000 * small(12), 0, small(2), 4000 * small(3), 100}};
  }
}

std::vector<std::uint64_t> words_of(const core::NpmOut& out) {
  std::vector<std::uint64_t> words;
  const auto add = [&words](const auto& records) {
    for (const auto& record : records) {
      words.push_back(static_cast<std::uint64_t>(record.kind()));
      words.insert(words.end(), record.words().begin(), record.words().end());
    }
  };
  add(out.actions);
  add(out.facts);
  return words;
}

void expect_sane(const NodePoolManager& npm, Instant now) {
  RC_ASSERT(npm.next_deadline() > now);
  RC_ASSERT(npm.demand().memory_mib >= 0);
  const std::span<const core::Member> members = npm.members();
  for (std::size_t index = 0; index < members.size(); ++index) {
    for (std::size_t other = 0; other < index; ++other) {
      RC_ASSERT(members[index].runner != members[other].runner);
    }
  }
}

void play(std::string_view scaler) {
  const core::NpmConfig config = NpmRig::config_of(scaler);
  NodePoolManager straight(config);
  auto reloaded = std::make_unique<NodePoolManager>(config);
  std::vector<core::Member> runners;
  std::uint32_t next_runner = 0;
  Instant now{};
  const auto both = [&](const core::NpmEvent& event) {
    core::NpmOut one;
    core::NpmOut other;
    straight.step(now, event, one);
    reloaded->step(now, event, other);
    RC_ASSERT(words_of(one) == words_of(other));
    RC_ASSERT(straight.next_deadline() == reloaded->next_deadline());
  };
  const int steps = *rc::gen::inRange(0, 80);
  for (int step = 0; step < steps; ++step) {
    const Instant next = now + std::chrono::milliseconds(*rc::gen::inRange(0, 90'000));
    while (straight.next_deadline() <= next) {
      now = std::max(now, straight.next_deadline());
      both(core::NpmDeadlineReached{});
      RC_ASSERT(straight.next_deadline() > now);
    }
    now = next;
    both(any_event(runners, next_runner));
    if (straight.next_deadline() <= now) {
      both(core::NpmDeadlineReached{});
    }
    expect_sane(straight, now);
    if (*rc::gen::inRange(0, 4) == 0) {
      reloaded = reborn(*reloaded, config);
    }
  }
}

TEST(NpmSaveLoad, GoesOnTheSameAfterEverySaveAndLoad) {
  for (const std::string_view scaler : core::scaler_names()) {
    EXPECT_TRUE(rc::check(std::string(scaler), [scaler] { play(scaler); }));
  }
}

TEST(NpmSaveLoad, RefusesAStateOfAnotherScalerAndOneThatIsCut) {
  NpmRig rig("steady");
  rig.list();
  rig.advertise_each_second(0, 10, 9000);
  core::Writer saved;
  rig.npm().save(saved);
  core::Reader reader(saved.bytes());
  NodePoolManager other(NpmRig::config_of("kpa"));
  EXPECT_FALSE(other.load(reader).has_value());
  for (std::size_t length = 0; length < saved.bytes().size(); ++length) {
    core::Reader cut(saved.bytes().first(length));
    NodePoolManager restored(NpmRig::config_of("steady"));
    EXPECT_FALSE(restored.load(cut).has_value() && cut.finish().has_value()) << length;
  }
}

}  // namespace
}  // namespace fn::tests
