// SPDX-License-Identifier: Apache-2.0
//
// Messages against bytes that were written by hand from a protocol's tables: both directions must
// agree with them.

#pragma once

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace fn::services {

// A literal with whatever bytes in it.
template <std::size_t Size>
std::string bytes(const char (&literal)[Size]) {
  return std::string(literal, Size - 1);
}

// The message is these bytes, and these bytes the message.
template <typename Message>
void expect_bytes(const Message& message, const std::string& expected) {
  EXPECT_EQ(message.SerializeAsString(), expected);
  Message parsed;
  ASSERT_TRUE(parsed.ParseFromString(expected));
  EXPECT_EQ(parsed.SerializeAsString(), expected);
}

}  // namespace fn::services
