// SPDX-License-Identifier: Apache-2.0
//
// Goal: a lane gives its timers back in order, drops cancelled ones, keeps its memory within the
// live ones, and survives save and load.

#include "core/base/timer_lanes.h"

#include <cstddef>
#include <cstdint>
#include <rapidcheck.h>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/bytes.h"

namespace fn::core {
namespace {

Instant at(std::int64_t ns) {
  return Instant(Duration(ns));
}

// Which generation of a subject is alive; any other timer of it is stale.
class Owner {
 public:
  void set(TimerLane& lane, std::int64_t when, std::uint32_t subject) {
    cancel(lane, subject);
    lane.set(at(when), subject, ++generations_[subject]);
    alive_.insert(subject);
  }

  void cancel(TimerLane& lane, std::uint32_t subject) {
    if (generations_.size() <= subject) {
      generations_.resize(subject + 1);
    }
    if (alive_.erase(subject) > 0) {
      lane.cancel();
    }
  }

  const TimerLane::Timer* head(TimerLane& lane) const {
    return lane.head([&](const TimerLane::Timer& timer) {
      return alive_.contains(timer.subject) && generations_[timer.subject] == timer.generation;
    });
  }

  // Pops the head and returns its subject.
  std::uint32_t fire(TimerLane& lane) {
    const std::uint32_t subject = head(lane)->subject;
    alive_.erase(subject);
    lane.pop();
    return subject;
  }

 private:
  std::vector<std::uint32_t> generations_;
  std::set<std::uint32_t> alive_;
};

std::size_t saved_size(const TimerLane& lane) {
  Writer saved;
  lane.save(saved);
  return saved.bytes().size();
}

TEST(TimerLane, GivesTimersBackInTheOrderInWhichTheyWereSet) {
  TimerLane lane;
  Owner owner;
  owner.set(lane, 10, 4);
  owner.set(lane, 20, 2);
  owner.set(lane, 20, 7);
  owner.set(lane, 30, 1);
  ASSERT_NE(owner.head(lane), nullptr);
  EXPECT_EQ(owner.head(lane)->at, at(10));
  EXPECT_EQ(owner.fire(lane), 4U);
  EXPECT_EQ(owner.fire(lane), 2U);
  EXPECT_EQ(owner.fire(lane), 7U);
  EXPECT_EQ(owner.head(lane)->at, at(30));
  EXPECT_EQ(owner.fire(lane), 1U);
  EXPECT_EQ(owner.head(lane), nullptr);
}

TEST(TimerLane, PassesOverCancelledTimers) {
  TimerLane lane;
  Owner owner;
  owner.set(lane, 10, 0);
  owner.set(lane, 20, 1);
  owner.set(lane, 30, 2);
  owner.cancel(lane, 0);
  owner.set(lane, 40, 1);
  ASSERT_NE(owner.head(lane), nullptr);
  EXPECT_EQ(owner.head(lane)->at, at(30));
  EXPECT_EQ(owner.fire(lane), 2U);
  EXPECT_EQ(owner.head(lane)->at, at(40));
  owner.cancel(lane, 1);
  EXPECT_EQ(owner.head(lane), nullptr);
}

TEST(TimerLane, KeepsItsMemoryWithinTwiceTheLiveTimers) {
  // The head stays alive, so that stale timers pile up behind it.
  TimerLane lane;
  Owner owner;
  owner.set(lane, 0, 0);
  constexpr std::size_t kTimerBytes = 16;
  constexpr std::size_t kSlack = 64 + 1;
  for (std::int64_t round = 1; round <= 10'000; ++round) {
    owner.set(lane, round, 1);
    ASSERT_NE(owner.head(lane), nullptr);
    ASSERT_EQ(owner.head(lane)->at, at(0));
    ASSERT_LE(saved_size(lane), (4 + kSlack) * kTimerBytes + 16);
  }
  EXPECT_EQ(owner.fire(lane), 0U);
  EXPECT_EQ(owner.head(lane)->at, at(10'000));
}

TEST(TimerLane, NeverGivesATimerBackTwice) {
  // An owner that knows no stale timers: only pop() removes one, also when the lane is compacted.
  const auto always = [](const TimerLane::Timer& /*timer*/) {
    return true;
  };
  TimerLane lane;
  constexpr std::uint32_t kTimers = 500;
  for (std::uint32_t subject = 0; subject < kTimers; ++subject) {
    lane.set(at(subject), subject, 0);
  }
  for (std::uint32_t subject = 0; subject < kTimers; ++subject) {
    const TimerLane::Timer* head = lane.head(always);
    ASSERT_NE(head, nullptr);
    ASSERT_EQ(head->subject, subject);
    lane.pop();
  }
  EXPECT_EQ(lane.head(always), nullptr);
}

TEST(TimerLane, ALoadedLaneGoesOnAsTheOriginal) {
  TimerLane lane;
  Owner owner;
  for (std::uint32_t subject = 0; subject < 10; ++subject) {
    owner.set(lane, subject, subject);
  }
  owner.fire(lane);
  owner.cancel(lane, 4);
  Writer saved;
  lane.save(saved);
  TimerLane loaded;
  loaded.set(at(99), 99, 99);
  Reader reader(saved.bytes());
  loaded.load(reader);
  ASSERT_TRUE(reader.finish().has_value());
  for (const std::uint32_t expected : {1U, 2U, 3U, 5U, 6U, 7U, 8U, 9U}) {
    ASSERT_NE(owner.head(loaded), nullptr);
    EXPECT_EQ(owner.fire(loaded), expected);
  }
  EXPECT_EQ(owner.head(loaded), nullptr);
}

TEST(TimerLane, ALoadFromShortInputEndsAndIsNoticed) {
  TimerLane lane;
  Owner owner;
  owner.set(lane, 1, 1);
  owner.set(lane, 2, 2);
  Writer saved;
  lane.save(saved);
  for (std::size_t size = 0; size < saved.bytes().size(); ++size) {
    TimerLane loaded;
    Reader reader(saved.bytes().first(size));
    loaded.load(reader);
    EXPECT_FALSE(reader.finish().has_value()) << size << " bytes";
  }
}

TEST(TimerLane, AgreesWithAnObviousListOfTimers) {
  EXPECT_TRUE(rc::check([] {
    struct Entry {
      std::int64_t at = 0;
      std::uint32_t subject = 0;
    };
    TimerLane lane;
    Owner owner;
    std::vector<Entry> expected;
    const auto forget = [&](std::uint32_t subject) {
      std::erase_if(expected, [&](const Entry& entry) { return entry.subject == subject; });
    };
    std::int64_t now = 0;
    const auto steps = *rc::gen::inRange(0, 500);
    for (int step = 0; step < steps; ++step) {
      const auto subject = *rc::gen::inRange(0U, 20U);
      const auto what = *rc::gen::inRange(0, 5);
      if (what < 3) {
        now += *rc::gen::inRange(0, 3);
        forget(subject);
        owner.set(lane, now, subject);
        expected.push_back(Entry{now, subject});
      } else if (what == 3) {
        forget(subject);
        owner.cancel(lane, subject);
      } else if (!expected.empty()) {
        RC_ASSERT(owner.fire(lane) == expected.front().subject);
        expected.erase(expected.begin());
      }
      const TimerLane::Timer* head = owner.head(lane);
      RC_ASSERT((head == nullptr) == expected.empty());
      if (head != nullptr) {
        RC_ASSERT(head->at == at(expected.front().at));
      }
    }
  }));
}

}  // namespace
}  // namespace fn::core
