// SPDX-License-Identifier: Apache-2.0
//
// Goal: each of the three ways to ask for a call is recognised, and headers change on the way as
// Fn's contract says.

#include "services/lb/invoke_form.h"

#include <gtest/gtest.h>

namespace fn::services {
namespace {

HttpRequestHead request() {
  return {"PUT",
          "/t/app/x?q=1",
          {{"Host", "lb"},
           {"Content-Type", "text/plain"},
           {"Connection", "keep-alive"},
           {"X-Tag", "1"}}};
}

TEST(InvokeForm, FindsWhomATargetAsksFor) {
  const auto by_id = address_of("/invoke/01AB?x=1");
  ASSERT_TRUE(by_id.has_value());
  EXPECT_EQ(by_id->kind, FnAddress::Kind::kFn);
  EXPECT_EQ(by_id->name, "01AB");
  const auto trigger = address_of("/t/my%20app/a/b");
  ASSERT_TRUE(trigger.has_value());
  EXPECT_EQ(trigger->kind, FnAddress::Kind::kTrigger);
  EXPECT_EQ(trigger->app, "my app");
  EXPECT_EQ(trigger->name, "/a/b");
  const auto route = address_of("/r/test");
  ASSERT_TRUE(route.has_value());
  EXPECT_EQ(route->kind, FnAddress::Kind::kRoute);
  EXPECT_EQ(route->name, "/");
  EXPECT_FALSE(address_of("/v2/apps").has_value());
  EXPECT_FALSE(address_of("/tea").has_value());
}

TEST(InvokeForm, ATriggersFunctionIsToldOfTheRequestInPrefixedHeaders) {
  const HttpHeaders headers =
      headers_for_function(request(), {FnAddress::Kind::kTrigger, "app", "/x"}, {});
  EXPECT_EQ(find_header(headers, "Fn-Intent"), "httprequest");
  EXPECT_EQ(find_header(headers, "Fn-Http-Method"), "PUT");
  EXPECT_EQ(find_header(headers, "Fn-Http-Request-Url"), "/t/app/x?q=1");
  EXPECT_EQ(find_header(headers, "Fn-Http-H-X-Tag"), "1");
  EXPECT_EQ(find_header(headers, "Content-Type"), "text/plain");
  EXPECT_EQ(find_header(headers, "X-Tag"), "");
  EXPECT_EQ(find_header(headers, "Fn-Http-H-Connection"), "");
}

TEST(InvokeForm, AnInvokedFunctionIsGivenTheHeadersAsTheyAre) {
  const HttpHeaders headers =
      headers_for_function(request(), {FnAddress::Kind::kFn, "", "01AB"}, {});
  EXPECT_EQ(find_header(headers, "X-Tag"), "1");
  EXPECT_EQ(find_header(headers, "Connection"), "");
  EXPECT_EQ(find_header(headers, "Fn-Intent"), "");
}

TEST(InvokeForm, TheSeedsFormatsGetRoutesWithoutPrefixes) {
  FunctionVersion seed;
  seed.setup.format = "default";
  const FnAddress route{FnAddress::Kind::kRoute, "app", "/x"};
  EXPECT_EQ(find_header(headers_for_function(request(), route, seed), "X-Tag"), "1");
  EXPECT_EQ(find_header(headers_for_function(request(), route, {}), "Fn-Http-H-X-Tag"), "1");
}

TEST(InvokeForm, ATriggersAnswerSetsStatusAndHeadersOfItsOwn) {
  const CallerAnswer answer = answer_for_caller(200,
                                                {{"Fn-Http-Status", "418"},
                                                 {"Fn-Http-H-X-Pot", "tea"},
                                                 {"Fn-Http-H-Connection", "close"},
                                                 {"Content-Type", "text/tea"},
                                                 {"Fn-Fdk-Version", "fdk/1"}},
                                                {FnAddress::Kind::kTrigger, "app", "/x"},
                                                {});
  EXPECT_EQ(answer.status, 418U);
  EXPECT_EQ(answer.headers, (HttpHeaders{{"X-Pot", "tea"}, {"Content-Type", "text/tea"}}));
}

TEST(InvokeForm, ANonsensicalStatusOfATriggerIsPassedOver) {
  for (const char* status : {"7", "600", "abc", "200x", ""}) {
    const CallerAnswer answer = answer_for_caller(
        200, {{"Fn-Http-Status", status}}, {FnAddress::Kind::kTrigger, "app", "/x"}, {});
    EXPECT_EQ(answer.status, 200U) << status;
  }
}

TEST(InvokeForm, ARoutesOwnHeadersAreAddedToItsAnswers) {
  FunctionVersion route;
  route.setup.format = "default";
  route.route_headers = {{"X-Route", "yes"}};
  const CallerAnswer answer =
      answer_for_caller(200, {{"X-Fn", "1"}}, {FnAddress::Kind::kRoute, "app", "/x"}, route);
  EXPECT_EQ(answer.headers, (HttpHeaders{{"X-Fn", "1"}, {"X-Route", "yes"}}));
}

}  // namespace
}  // namespace fn::services
