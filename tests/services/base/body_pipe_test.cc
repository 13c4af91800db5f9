// SPDX-License-Identifier: Apache-2.0
//
// Goal: bytes come out as they went in, once, and a slow reader is felt by the writer.

#include "services/base/body_pipe.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

TEST(BodyPipe, HandsOverWhatWasWrittenInOrderAndThenTheEnd) {
  BodyPipe pipe;
  pipe.write("one");
  pipe.write("two");
  pipe.finish();
  std::vector<std::string> read;
  for (int turn = 0; turn < 4; ++turn) {
    pipe.read([&read](BodyPipe::Chunk chunk) {
      ASSERT_TRUE(chunk.has_value());
      read.push_back(chunk->value_or("end"));
    });
  }
  EXPECT_EQ(read, (std::vector<std::string>{"one", "two", "end", "end"}));
}

TEST(BodyPipe, AReaderThatCameFirstIsServedWhenBytesCome) {
  BodyPipe pipe;
  std::string read;
  pipe.read([&read](BodyPipe::Chunk chunk) { read = **chunk; });
  EXPECT_EQ(read, "");
  pipe.write("late");
  EXPECT_EQ(read, "late");
}

TEST(BodyPipe, AFullPipeTellsItsWriterOnceThereIsRoom) {
  BodyPipe pipe(4);
  pipe.write("abcd");
  EXPECT_TRUE(pipe.full());
  int told = 0;
  pipe.when_room([&told] { ++told; });
  EXPECT_EQ(told, 0);
  pipe.read([](const BodyPipe::Chunk& /*chunk*/) {});
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(pipe.full());
}

TEST(BodyPipe, AFailureIsReadAfterWhatWasWrittenBeforeIt) {
  BodyPipe pipe;
  pipe.write("some");
  pipe.fail({core::ErrorCode::kUnavailable, "broken"});
  pipe.write("dropped");
  pipe.read([](const BodyPipe::Chunk& chunk) { EXPECT_EQ(chunk.value(), "some"); });
  pipe.read([](const BodyPipe::Chunk& chunk) {
    ASSERT_FALSE(chunk.has_value());
    EXPECT_EQ(chunk.error().message, "broken");
  });
}

TEST(BodyPipe, AnAbandonedPipeDropsBytesAndHoldsNoWriterUp) {
  BodyPipe pipe(1);
  pipe.write("abc");
  bool room = false;
  pipe.when_room([&room] { room = true; });
  pipe.abandon();
  EXPECT_TRUE(room);
  pipe.write("more");
  EXPECT_EQ(pipe.held(), 0U);
}

TEST(BodyPipe, TellsItsWriterOnceThatAReaderWaits) {
  BodyPipe pipe;
  int wanted = 0;
  pipe.write("here");
  pipe.when_wanted([&wanted] { ++wanted; });
  pipe.read([](const BodyPipe::Chunk& /*chunk*/) {});
  EXPECT_EQ(wanted, 0);
  std::string read;
  pipe.read([&read](const BodyPipe::Chunk& chunk) { read = **chunk; });
  EXPECT_EQ(wanted, 1);
  pipe.unread();
  pipe.write("for another reader");
  EXPECT_EQ(read, "");
  pipe.read([&read](const BodyPipe::Chunk& chunk) { read = **chunk; });
  EXPECT_EQ(read, "for another reader");
  pipe.read([](const BodyPipe::Chunk& /*chunk*/) {});
  pipe.when_wanted([&wanted] { ++wanted; });
  EXPECT_EQ(wanted, 2);
}

TEST(BodyPipe, TheReaderMayDropThePipe) {
  auto pipe = std::make_shared<BodyPipe>(1);
  pipe->write("abc");
  bool room = false;
  pipe->when_room([&room] { room = true; });
  BodyPipe* const raw = pipe.get();
  raw->read([&pipe](const BodyPipe::Chunk& /*chunk*/) { pipe.reset(); });
  EXPECT_TRUE(room);
}

TEST(ReadWhole, ReadsABodyThatCameByteByByteWithoutGettingDeep) {
  const auto pipe = std::make_shared<BodyPipe>();
  constexpr std::size_t kBytes = 200'000;
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    pipe->write("x");
  }
  pipe->finish();
  std::size_t gathered = 0;
  read_whole(pipe, kBytes, [&gathered](const core::Result<std::string>& body) {
    gathered = body.value().size();
  });
  EXPECT_EQ(gathered, kBytes);
}

TEST(ReadWhole, GathersABodyAndRefusesOneBeyondItsLimit) {
  std::string gathered;
  read_whole(whole_body("12345"), 5, [&gathered](core::Result<std::string> body) {
    gathered = body.value();
  });
  EXPECT_EQ(gathered, "12345");
  core::ErrorCode code{};
  read_whole(whole_body("123456"), 5, [&code](const core::Result<std::string>& body) {
    code = body.error().code;
  });
  EXPECT_EQ(code, core::ErrorCode::kInvalidArgument);
}

TEST(BodyPipe, BytesGivenBackAreReadAgainBeforeThoseThatCameSince) {
  BodyPipe pipe(4);
  std::string got;
  const auto read = [&] {
    pipe.read([&got](const BodyPipe::Chunk& chunk) { got = chunk->value_or("the end"); });
  };
  pipe.write("one");
  read();
  pipe.write("two");
  pipe.finish();
  pipe.put_back("one");
  EXPECT_EQ(pipe.held(), 6U);
  EXPECT_TRUE(pipe.full());
  for (const char* const expected : {"one", "two", "the end"}) {
    read();
    EXPECT_EQ(got, expected);
  }
  pipe.abandon();
  pipe.put_back("one");
  EXPECT_EQ(pipe.held(), 0U);
}

}  // namespace
}  // namespace fn::services
