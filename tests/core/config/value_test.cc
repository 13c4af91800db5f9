// SPDX-License-Identifier: Apache-2.0
//
// Goal: bare text becomes the value that a reader would take it for, and is written back the same.

#include "core/config/value.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

using core::parse_value;
using core::to_text;
using core::Value;

TEST(ParseValue, TellsTruthNumbersAndTextApart) {
  EXPECT_EQ(parse_value("true"), Value(true));
  EXPECT_EQ(parse_value("false"), Value(false));
  EXPECT_EQ(parse_value("-12"), Value(std::int64_t{-12}));
  EXPECT_EQ(parse_value("+3"), Value(std::int64_t{3}));
  EXPECT_EQ(parse_value("0.25"), Value(0.25));
  EXPECT_EQ(parse_value("1e3"), Value(1000.0));
  EXPECT_EQ(parse_value("chbl"), Value(std::string("chbl")));
  EXPECT_EQ(parse_value("\"12\""), Value(std::string("12")));
  EXPECT_EQ(parse_value("owner:6"), Value(std::string("owner:6")));
  EXPECT_EQ(parse_value("<200ms"), Value(std::string("<200ms")));
  EXPECT_EQ(parse_value("inf"), Value(std::string("inf")));
  EXPECT_EQ(parse_value("nan"), Value(std::string("nan")));
  EXPECT_EQ(parse_value(""), Value(std::string()));
  EXPECT_EQ(parse_value("\""), Value(std::string("\"")));
}

TEST(ParseValue, AWholeNumberThatIsTooLargeBecomesAReal) {
  EXPECT_EQ(parse_value("99999999999999999999"), Value(1e20));
}

TEST(ToText, IsShortAndIsReadBack) {
  EXPECT_EQ(to_text(0.1), "0.1");
  EXPECT_EQ(to_text(std::int64_t{-5}), "-5");
  EXPECT_EQ(to_text(true), "true");
  for (const Value& value : {Value(0.1), Value(std::int64_t{7}), Value(false), Value(1e300)}) {
    EXPECT_EQ(parse_value(to_text(value)), value);
  }
}

}  // namespace

}  // namespace fn::tests
