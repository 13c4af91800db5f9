// SPDX-License-Identifier: Apache-2.0
//
// Goal: an LB tells each second what its waiting and running calls need, says zero once when the
// last one has ended, and is silent while there is none.

#include "core/capacity/capacity_advertiser.h"

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since_start) {
  return Instant(since_start);
}

constexpr CapacityAdvertiserConfig kConfig{1s, 250ms};

Requirement take(CapacityAdvertiser& advertiser, Instant now) {
  return advertiser.take(now, 0, Duration::zero(), MemoryMib{0});
}

TEST(CapacityAdvertiser, IsSilentWithoutCalls) {
  const CapacityAdvertiser advertiser(kConfig);
  EXPECT_EQ(advertiser.due(), kNever);
}

TEST(CapacityAdvertiser, SpeaksAtTheNextMultipleOfThePeriodPlusItsPhase) {
  for (const auto& [assigned, due] :
       {std::pair<Duration, Duration>{0s, 250ms}, {249ms, 250ms}, {250ms, 1250ms}, {7s, 7250ms}}) {
    CapacityAdvertiser advertiser(kConfig);
    advertiser.assign(at(assigned), MemoryMib{128}, MilliCpu{0});
    EXPECT_EQ(advertiser.due(), at(due));
  }
}

TEST(CapacityAdvertiser, SaysAbsoluteAmountsAndWhatWaits) {
  CapacityAdvertiser advertiser(kConfig);
  advertiser.assign(at(0s), MemoryMib{128}, MilliCpu{100});
  advertiser.assign(at(0s), MemoryMib{512}, MilliCpu{250});
  advertiser.release(MemoryMib{128}, MilliCpu{100});
  EXPECT_EQ(advertiser.take(at(250ms), 1, 1500ms, MemoryMib{512}),
            (Requirement{512, 250, 1, 1500, 512}));
  EXPECT_EQ(advertiser.sequence(), 1U);
  EXPECT_EQ(advertiser.due(), at(1250ms));
  EXPECT_EQ(take(advertiser, at(1250ms)), (Requirement{512, 250, 0, 0, 0}));
  EXPECT_EQ(advertiser.sequence(), 2U);
}

TEST(CapacityAdvertiser, SaysZeroOnceAndIsSilentThen) {
  CapacityAdvertiser advertiser(kConfig);
  advertiser.assign(at(0s), MemoryMib{128}, MilliCpu{0});
  take(advertiser, at(250ms));
  advertiser.release(MemoryMib{128}, MilliCpu{0});
  EXPECT_EQ(advertiser.due(), at(1250ms));
  EXPECT_EQ(take(advertiser, at(1250ms)), Requirement{});
  EXPECT_EQ(advertiser.due(), kNever);
  advertiser.assign(at(9s), MemoryMib{64}, MilliCpu{0});
  EXPECT_EQ(take(advertiser, advertiser.due()).memory_mib, 64U);
  EXPECT_EQ(advertiser.sequence(), 3U);
}

TEST(CapacityAdvertiser, SaysZeroForCallsShorterThanThePeriodToo) {
  CapacityAdvertiser advertiser(kConfig);
  advertiser.assign(at(300ms), MemoryMib{128}, MilliCpu{0});
  advertiser.release(MemoryMib{128}, MilliCpu{0});
  EXPECT_EQ(take(advertiser, advertiser.due()), Requirement{});
}

TEST(CapacityAdvertiser, CatchesUpInOneStepWhenItIsAskedLate) {
  CapacityAdvertiser advertiser(kConfig);
  advertiser.assign(at(0s), MemoryMib{128}, MilliCpu{0});
  take(advertiser, at(5s));
  EXPECT_EQ(advertiser.due(), at(5250ms));
}

TEST(CapacityAdvertiserDeathTest, ReleasesNothingThatWasNotAssigned) {
  CapacityAdvertiser advertiser(kConfig);
  EXPECT_DEATH(advertiser.release(MemoryMib{1}, MilliCpu{0}), "calls_ > 0");
  advertiser.assign(at(0s), MemoryMib{128}, MilliCpu{0});
  EXPECT_DEATH(advertiser.release(MemoryMib{129}, MilliCpu{0}), "memory_ >= memory");
}

TEST(CapacityAdvertiser, GoesOnAfterSaveAndLoad) {
  CapacityAdvertiser advertiser(kConfig);
  advertiser.assign(at(0s), MemoryMib{128}, MilliCpu{10});
  take(advertiser, at(250ms));
  Writer saved;
  advertiser.save(saved);
  CapacityAdvertiser restored(kConfig);
  Reader reader(saved.bytes());
  restored.load(reader);
  EXPECT_TRUE(reader.finish().has_value());
  EXPECT_EQ(restored.due(), at(1250ms));
  EXPECT_EQ(restored.sequence(), 1U);
  EXPECT_EQ(take(restored, at(1250ms)), (Requirement{128, 10, 0, 0, 0}));
}

}  // namespace
}  // namespace fn::core
