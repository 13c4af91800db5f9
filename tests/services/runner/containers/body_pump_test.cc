// SPDX-License-Identifier: Apache-2.0
//
// Goal: a moved body arrives whole, at the reader's pace, and its end is told in both directions.

#include "services/runner/containers/body_pump.h"

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

struct Moved {
  BodyPipePtr from = std::make_shared<BodyPipe>();
  BodyPipePtr to = std::make_shared<BodyPipe>(4);
  std::optional<core::Status> end;

  Moved(const Moved&) = delete;
  Moved& operator=(const Moved&) = delete;

  Moved() {
    pump_body(from, to, [this](core::Status how) { end = std::move(how); });
  }

  // A body always ends; one that never did would keep itself alive through its reader.
  ~Moved() { from->finish(); }

  std::string read() {
    std::string text = "nothing";
    to->read([&](BodyPipe::Chunk chunk) {
      text = !chunk ? "error: " + chunk.error().message : chunk->value_or("end");
    });
    return text;
  }
};

TEST(BodyPump, MovesAllBytesAndTheEnd) {
  Moved moved;
  moved.from->write("ab");
  EXPECT_EQ(moved.read(), "ab");
  moved.from->write("c");
  moved.from->finish();
  ASSERT_TRUE(moved.end);
  EXPECT_TRUE(moved.end->has_value());
  EXPECT_EQ(moved.read(), "c");
  EXPECT_EQ(moved.read(), "end");
}

TEST(BodyPump, AFullReaderStopsTheReadingAtTheOtherEnd) {
  Moved moved;
  moved.from->write("12345");
  moved.from->write("67");
  EXPECT_EQ(moved.from->held(), 2U);
  EXPECT_EQ(moved.read(), "12345");
  EXPECT_EQ(moved.from->held(), 0U);
  EXPECT_EQ(moved.read(), "67");
}

TEST(BodyPump, AnErrorArrivesAsThatError) {
  Moved moved;
  moved.from->fail({core::ErrorCode::kInvalidArgument, "too large"});
  EXPECT_EQ(moved.read(), "error: too large");
  ASSERT_TRUE(moved.end);
  EXPECT_EQ(moved.end->error().code, core::ErrorCode::kInvalidArgument);
}

TEST(BodyPump, AReaderThatLeavesEndsTheSource) {
  Moved moved;
  moved.from->write("12345");
  moved.to->abandon();
  EXPECT_TRUE(moved.from->abandoned());
  ASSERT_TRUE(moved.end);
  EXPECT_EQ(moved.end->error().code, core::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace fn::services
