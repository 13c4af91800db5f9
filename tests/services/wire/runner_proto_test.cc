// SPDX-License-Identifier: Apache-2.0
//
// Goal: our messages are Fn's, byte for byte. The vectors were made by hand from the tables of
// numbers and types: tag = number * 8 + wire type (0 varint, 2 length-delimited).

#include <string>

#include <gtest/gtest.h>

#include "proto/runner.pb.h"

#include "tests/support/wire_bytes.h"

namespace fn::services {
namespace {

TEST(RunnerProto, TryCall) {
  ClientMsg message;
  message.mutable_try_()->set_models_call_json("{}");
  message.mutable_try_()->set_slot_hash_id("ab");
  (*message.mutable_try_()->mutable_extensions())["k"] = "v";
  expect_bytes(message,
               bytes("\x0a\x10\x0a\x02{}\x12\x02"
                     "ab\x1a\x06\x0a\x01k\x12\x01v"));
}

TEST(RunnerProto, DataOfTheClientAndOfTheRunnerHaveDifferentNumbersInTheirEnvelopes) {
  ClientMsg request;
  request.mutable_data()->set_data("xyz");
  request.mutable_data()->set_eof(true);
  expect_bytes(request, bytes("\x12\x07\x0a\x03xyz\x10\x01"));
  RunnerMsg answer;
  answer.mutable_data()->set_eof(true);
  expect_bytes(answer, bytes("\x12\x02\x10\x01"));
}

TEST(RunnerProto, ResultStartHasItsHttpPartAtNumberHundred) {
  RunnerMsg message;
  HttpRespMeta& http = *message.mutable_result_start()->mutable_http();
  http.set_status_code(200);
  ::HttpHeader& header = *http.add_headers();
  header.set_key("A");
  header.set_value("b");
  // 100 * 8 + 2 = 802 = 0xa2 0x06; 200 = 0xc8 0x01.
  expect_bytes(message,
               bytes("\x0a\x0e\xa2\x06\x0b\x08\xc8\x01\x12\x06\x0a\x01"
                     "A\x12\x01"
                     "b"));
}

TEST(RunnerProto, FinishedOfARefusal) {
  RunnerMsg message;
  CallFinished& finished = *message.mutable_finished();
  finished.set_details("id");
  finished.set_errorcode(503);
  finished.set_errorstr("no");
  expect_bytes(message, bytes("\x1a\x0b\x12\x02id\x18\xf7\x03\x22\x02no"));
}

TEST(RunnerProto, FinishedWithAllItsFields) {
  CallFinished finished;
  finished.set_success(true);
  finished.set_createdat("a");
  finished.set_startedat("b");
  finished.set_completedat("c");
  finished.set_schedulerduration(1);
  finished.set_executionduration(300);
  finished.set_erroruser(true);
  finished.set_image("i");
  finished.set_imagepullwaitduration(2);
  finished.set_ctrprepduration(3);
  finished.set_ctrcreateduration(4);
  finished.set_initstarttime(5);
  expect_bytes(finished,
               bytes("\x08\x01\x2a\x01"
                     "a\x32\x01"
                     "b\x3a\x01"
                     "c\x40\x01\x48\xac\x02\x50\x01\x5a\x01i"
                     "\x60\x02\x68\x03\x70\x04\x78\x05"));
}

TEST(RunnerProto, StatusCountsFromNumberTwo) {
  RunnerStatus status;
  status.set_active(3);
  status.set_requestsreceived(7);
  status.set_isnetworkdisabled(true);
  (*status.mutable_customstatus())["k"] = "v";
  expect_bytes(status, bytes("\x10\x03\x60\x07\x88\x01\x01\x92\x01\x06\x0a\x01k\x12\x01v"));
}

TEST(RunnerProto, LogLines) {
  LogResponseMsg message;
  auto& container = *message.add_data();
  container.set_containerid("c");
  auto& request = *container.add_data();
  request.set_requestid("r");
  auto& line = *request.add_data();
  line.set_timestamp(1);
  line.set_source(LogResponseMsg::Container::Request::Line::STDERR);
  line.set_data("x");
  expect_bytes(message,
               bytes("\x0a\x11\x1a\x01"
                     "c\x22\x0c\x0a\x01r\x12\x07\x08\x01\x10\x01\x1a\x01x"));
}

TEST(RunnerProto, FieldsOfALaterVersionAreKeptWhereTheyAreNotKnown) {
  ClientMsg message;
  ASSERT_TRUE(message.ParseFromString(bytes("\x12\x02\x10\x01\xfa\x07\x01z")));
  EXPECT_TRUE(message.data().eof());
  EXPECT_EQ(message.SerializeAsString(), bytes("\x12\x02\x10\x01\xfa\x07\x01z"));
}

}  // namespace
}  // namespace fn::services
