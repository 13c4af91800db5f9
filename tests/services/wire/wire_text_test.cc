// SPDX-License-Identifier: Apache-2.0
//
// Goal: no text of a caller, a function or a peer makes a message unreadable or metadata illegal.

#include "services/wire/wire_text.h"

#include <gtest/gtest.h>

namespace fn::services {
namespace {

TEST(WireText, UtfEightIsLeftAsItIsAndOtherBytesAreReplaced) {
  EXPECT_EQ(as_utf8("plain\r\n"), "plain\r\n");
  EXPECT_EQ(as_utf8("gr\xc3\xbcn"), "gr\xc3\xbcn");
  EXPECT_EQ(as_utf8("gr\xfcn"), "gr\xef\xbf\xbdn");
}

TEST(WireText, MetadataKeepsPrintableAsciiOnly) {
  EXPECT_EQ(as_metadata("01M8 ~"), "01M8 ~");
  EXPECT_EQ(as_metadata(std::string("a\nb\x7f\xc3\xbc\0", 7)), "a?b????");
}

}  // namespace
}  // namespace fn::services
