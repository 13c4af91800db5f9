// SPDX-License-Identifier: Apache-2.0
//
// Goal: a refused caller is told to come back when the queue is about done at the present pace,
// spread by half to both sides, between 1 and 90 seconds; an idle night does not count as a pace.

#include "core/lb/retry_after.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using namespace std::chrono_literals;

RetryAfter at_pace(Duration interval) {
  RetryAfter retry;
  Instant now{};
  for (int count = 0; count < 500; ++count) {
    now += interval;
    retry.finished(now);
  }
  return retry;
}

std::set<std::uint32_t> answers(const RetryAfter& retry, std::uint32_t waiting) {
  Rng rng(3);
  std::set<std::uint32_t> seen;
  for (int count = 0; count < 2000; ++count) {
    seen.insert(retry.seconds(waiting, rng));
  }
  return seen;
}

TEST(RetryAfter, SpreadsByHalfAroundTheTimeThatTheQueueNeeds) {
  // 198 waiting and the refused one, at 10 a second: 20 s.
  const std::set<std::uint32_t> seen = answers(at_pace(100ms), 198);
  EXPECT_EQ(*seen.begin(), 10U);
  EXPECT_EQ(*seen.rbegin(), 30U);
  EXPECT_EQ(seen.size(), 21U);
}

TEST(RetryAfter, StaysBetweenOneAndNinetySeconds) {
  const std::set<std::uint32_t> fast = answers(at_pace(1us), 0);
  EXPECT_EQ(*fast.begin(), 1U);
  EXPECT_EQ(*fast.rbegin(), 2U);
  const std::set<std::uint32_t> slow = answers(at_pace(1h), 0xffffffffU);
  EXPECT_EQ(*slow.begin(), 30U);
  EXPECT_EQ(*slow.rbegin(), 90U);
}

TEST(RetryAfter, ForgetsAPauseOfTheGroupSoon) {
  RetryAfter retry = at_pace(10ms);
  Instant now = Instant{} + 500 * 10ms + 24h;
  retry.finished(now);
  for (int count = 0; count < 100; ++count) {
    now += 10ms;
    retry.finished(now);
  }
  EXPECT_LE(*answers(retry, 0).rbegin(), 2U);
}

}  // namespace
}  // namespace fn::core
