// SPDX-License-Identifier: Apache-2.0
//
// Goal: a slot lives as long as its caller waits or a runner holds it, and no longer.

#include "sim/world/call_slots.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

using sim::CallSlots;

TEST(CallSlots, AreUsedAgainOnceTheCallerHasItsAnswerAndNoRunnerHoldsThem) {
  CallSlots slots;
  const core::CallHandle first = slots.open();
  slots[first].open = true;
  slots.hold(first);
  slots.close(first);
  EXPECT_NE(slots.open(), first) << "an attempt is still out";
  const std::uint32_t life = slots[first].life;
  slots.let_go(first);
  EXPECT_EQ(slots.open(), first);
  EXPECT_NE(slots[first].life, life) << "what was meant for the first call finds another";
}

TEST(CallSlots, ARecycledSlotRemembersNothingOfItsCall) {
  CallSlots slots;
  const core::CallHandle call = slots.open();
  slots[call].open = true;
  slots[call].cold = true;
  slots[call].retries = 2;
  slots[call].cold_overhead = core::Duration(5);
  slots[call].started = core::Instant{};
  slots.close(call);
  ASSERT_EQ(slots.open(), call);
  EXPECT_FALSE(slots[call].cold);
  EXPECT_EQ(slots[call].retries, 0U);
  EXPECT_EQ(slots[call].cold_overhead, core::Duration{});
  EXPECT_EQ(slots[call].started, core::kNever);
}

}  // namespace
}  // namespace fn::tests
