// SPDX-License-Identifier: Apache-2.0
//
// Goal: a refused call can be offered again from its first byte, within stated limits; beyond them
// the attempt is final; nothing is read before it is wanted, and nothing stays counted.

#include "services/lb/call_body.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

constexpr CallBodyLimits kSmall{8, std::chrono::milliseconds(5)};

struct World {
  Loop loop;
  BodyBudget budget{100};
  BodyPipePtr source = std::make_shared<BodyPipe>();
  std::shared_ptr<CallBody> body = std::make_shared<CallBody>(loop, budget, kSmall, source);

  // What the next read gives now; "-": nothing yet, ".": the end.
  std::string read() {
    std::string got = "-";
    body->read([&got](const BodyPipe::Chunk& chunk) { got = chunk.value().value_or("."); });
    return got;
  }
};

TEST(CallBody, IsReadAgainFromTheStartByTheNextAttempt) {
  World world;
  world.source->write("one");
  world.source->write("two");
  world.source->finish();
  EXPECT_EQ(world.read(), "one");
  EXPECT_EQ(world.read(), "two");
  world.body->restart();
  EXPECT_EQ(world.read(), "one");
  EXPECT_EQ(world.read(), "two");
  EXPECT_EQ(world.read(), ".");
}

TEST(CallBody, LetsGoOfWhatWasReadOnceARunnerHasTakenTheCall) {
  World world;
  world.source->write("one");
  world.source->write("two");
  EXPECT_EQ(world.read(), "one");
  EXPECT_EQ(world.budget.held(), 3U);
  world.body->commit();
  EXPECT_EQ(world.budget.held(), 0U);
  EXPECT_EQ(world.read(), "two");
  EXPECT_EQ(world.budget.held(), 0U);
}

TEST(CallBody, AtItsLimitWaitsAMomentForARefusalAndIsFinalThen) {
  World world;
  world.source->write("12345678");
  world.source->write("more");
  bool final = false;
  world.body->when_final([&] {
    final = true;
    world.loop.stop();
  });
  EXPECT_EQ(world.read(), "12345678");
  std::string later;
  world.body->read([&later](const BodyPipe::Chunk& chunk) { later = chunk.value().value_or("."); });
  EXPECT_EQ(later, "");
  EXPECT_FALSE(world.body->final());
  world.loop.run();
  EXPECT_TRUE(final);
  EXPECT_TRUE(world.body->final());
  EXPECT_EQ(later, "more");
}

TEST(CallBody, ARefusalWithinThatMomentStartsOverAndKeepsTheBytes) {
  World world;
  world.source->write("12345678");
  EXPECT_EQ(world.read(), "12345678");
  world.body->read([](const BodyPipe::Chunk& /*chunk*/) { FAIL() << "taken back"; });
  world.body->restart();
  EXPECT_EQ(world.read(), "12345678");
}

TEST(CallBody, WaitsUnreadWhileAllBodiesTogetherHoldTooMuch) {
  World world;
  world.budget.take(100);
  world.source->write("one");
  std::string got;
  world.body->read([&got](const BodyPipe::Chunk& chunk) { got = chunk.value().value_or("."); });
  EXPECT_EQ(got, "");
  EXPECT_EQ(world.source->held(), 3U);
  world.budget.give_back(100);
  EXPECT_EQ(got, "one");
}

TEST(CallBody, ThatARunnerHasTakenIsReadHoweverMuchTheOthersHold) {
  World world;
  world.budget.take(100);
  world.source->write("one");
  std::string got;
  world.body->read([&got](const BodyPipe::Chunk& chunk) { got = chunk.value().value_or("."); });
  world.body->commit();
  EXPECT_EQ(got, "one");
}

TEST(CallBody, ThatNobodyWantsAnyMoreDoesNotWaitForRoom) {
  World world;
  world.budget.take(100);
  EXPECT_EQ(world.read(), "-");
  EXPECT_EQ(world.budget.waiting(), 1U);
  world.body->abandon();
  EXPECT_EQ(world.budget.waiting(), 0U);
  for (int call = 0; call < 3; ++call) {
    const auto body = std::make_shared<CallBody>(world.loop, world.budget, kSmall, world.source);
    body->read([](const BodyPipe::Chunk&) {});
    EXPECT_EQ(world.budget.waiting(), 1U);
  }
  EXPECT_EQ(world.budget.waiting(), 0U);
  const auto body = std::make_shared<CallBody>(world.loop, world.budget, kSmall, world.source);
  body->read([](const BodyPipe::Chunk&) {});
  body->commit();
  EXPECT_EQ(world.budget.waiting(), 0U);
}

TEST(CallBody, ThoseThatWaitForRoomGetItInTheirOrder) {
  World world;
  world.budget.take(100);
  std::string order;
  world.budget.when_room([&] { order += "1"; });
  const std::uint64_t second = world.budget.when_room([&] { order += "2"; });
  world.budget.when_room([&] {
    order += "3";
    world.budget.take(1);
  });
  world.budget.when_room([&] { order += "4"; });
  world.budget.forget(second);
  world.budget.give_back(1);
  EXPECT_EQ(order, "13");
  world.budget.give_back(1);
  EXPECT_EQ(order, "134");
}

TEST(CallBody, AbandonedOrDestroyedGivesBackWhatItHeld) {
  World world;
  world.source->write("one");
  EXPECT_EQ(world.read(), "one");
  world.body->abandon();
  EXPECT_EQ(world.budget.held(), 0U);
  EXPECT_TRUE(world.source->abandoned());
  World other;
  other.source->write("one");
  EXPECT_EQ(other.read(), "one");
  other.body.reset();
  EXPECT_EQ(other.budget.held(), 0U);
}

}  // namespace
}  // namespace fn::services
