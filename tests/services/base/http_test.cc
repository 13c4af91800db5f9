// SPDX-License-Identifier: Apache-2.0
//
// Goal: names of headers are found whatever their case, and targets come apart as RFC 9110 says.

#include "services/base/http.h"

#include <gtest/gtest.h>

#include "services/base/clock.h"

namespace fn::services {
namespace {

TEST(Http, FindsAHeaderWhateverItsCase) {
  const HttpHeaders headers = {{"Fn-Call-Id", "7"}, {"fn-call-id", "8"}};
  EXPECT_EQ(find_header(headers, "FN-CALL-ID"), "7");
  EXPECT_EQ(find_header(headers, "Fn-Call"), "");
}

TEST(Http, KnowsTheHeadersOfOneConnection) {
  EXPECT_TRUE(is_hop_by_hop("Transfer-Encoding"));
  EXPECT_FALSE(is_hop_by_hop("Content-Length"));
}

TEST(Http, DecodesPercentsAndLeavesBrokenOnes) {
  EXPECT_EQ(percent_decoded("%2Fhello"), "/hello");
  EXPECT_EQ(percent_decoded("a%20b+c%"), "a b+c%");
  EXPECT_EQ(percent_decoded("%zz%4"), "%zz%4");
}

TEST(Http, PartsATargetAtTheFirstQuestionMark) {
  EXPECT_EQ(path_of("/a?b?c"), "/a");
  EXPECT_EQ(query_of("/a?b?c"), "b?c");
  EXPECT_EQ(query_of("/a"), "");
}

TEST(Http, WritesDatesAsHttpWantsThem) {
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(1'520'433'522'999'999'999), "Wed, 07 Mar 2018 14:38:42 GMT");
}

}  // namespace
}  // namespace fn::services
