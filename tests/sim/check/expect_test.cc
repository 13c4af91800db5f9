// SPDX-License-Identifier: Apache-2.0
//
// Goal: a bound says what it means in the units of its reader, and a missed one says by how much.

#include "sim/check/expect.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

using sim::Bound;
using sim::Comparison;
using sim::missed;
using sim::parse_bound;

Bound bound_of(const std::string& text, const std::string& group = "") {
  const core::Result<Bound> bound = parse_bound(text, group, "w.toml:9");
  EXPECT_TRUE(bound) << (bound ? "" : bound.error().message);
  return bound.value_or(Bound{});
}

std::string refusal(const std::string& text) {
  const core::Result<Bound> bound = parse_bound(text, "", "w.toml:9");
  EXPECT_FALSE(bound) << text;
  return bound ? "" : bound.error().message;
}

// The verdict on a summary with these fields of the total; empty: the bound holds.
std::string verdict(const std::string& text, const std::map<std::string, double>& fields) {
  return missed(bound_of(text),
                [&](std::string_view group, std::string_view field) -> std::optional<double> {
                  const auto found = fields.find(std::string(field));
                  return group.empty() && found != fields.end() ? std::optional(found->second)
                                                                : std::nullopt;
                })
      .value_or("");
}

TEST(ParseBound, PutsTimesIntoTheUnitOfTheField) {
  EXPECT_EQ(bound_of("wait.p99<200ms").field, "wait_ms.p99");
  EXPECT_EQ(bound_of("wait.p99<200ms").limit, 200);
  EXPECT_EQ(bound_of("wait_ms.p99 < 200").limit, 200);
  EXPECT_EQ(bound_of("latency.mean <= 1.5s").limit, 1'500);
  EXPECT_EQ(bound_of("cold_overhead_s<2m").limit, 120);
  EXPECT_EQ(bound_of("runner_hours<90m").limit, 1.5);
}

TEST(ParseBound, KnowsEveryComparison) {
  EXPECT_EQ(bound_of("refused<1").comparison, Comparison::kLess);
  EXPECT_EQ(bound_of("refused<=1").comparison, Comparison::kAtMost);
  EXPECT_EQ(bound_of("refused==1").comparison, Comparison::kEqual);
  EXPECT_EQ(bound_of("refused>=1").comparison, Comparison::kAtLeast);
  EXPECT_EQ(bound_of("refused>1").comparison, Comparison::kMore);
}

TEST(ParseBound, APercentageIsAShareOfTheCalls) {
  EXPECT_DOUBLE_EQ(bound_of("within_slo>=99.9%").limit, 0.999);
  EXPECT_FALSE(bound_of("within_slo>=99.9%").share_of_calls);
  EXPECT_TRUE(bound_of("cold<1%").share_of_calls);
  EXPECT_FALSE(bound_of("cold<1").share_of_calls);
}

TEST(ParseBound, RefusesWhatItDoesNotUnderstandInOneLine) {
  EXPECT_EQ(refusal("wait.p98<200ms"),
            "w.toml:9: bound \"wait.p98<200ms\": the summary has no such field; did you mean "
            "\"wait_ms.p90\"?");
  EXPECT_EQ(refusal("wait.p99"),
            "w.toml:9: bound \"wait.p99\": expected a field, one of < <= == >= >, and a limit: "
            "wait.p99<200ms");
  for (const char* text : {"",
                           "<5",
                           "refused<",
                           "refused<x",
                           "refused<5ms",
                           "wait.p99<5%",
                           "direction_changes<6%",
                           "wait.p99=200ms",
                           "refused<nan",
                           "refused<inf",
                           "wait.p99<5 parsecs"}) {
    EXPECT_TRUE(refusal(text).starts_with("w.toml:9: bound ")) << text;
  }
}

TEST(Missed, ABoundThatHoldsSaysNothing) {
  EXPECT_EQ(verdict("wait.p99<200ms", {{"wait_ms.p99", 199.9}}), "");
  EXPECT_EQ(verdict("direction_changes<=6", {{"direction_changes", 6}}), "");
  EXPECT_EQ(verdict("refused==0", {{"refused", 0}}), "");
  EXPECT_EQ(verdict("within_slo>=99.9%", {{"within_slo", 0.9995}}), "");
  EXPECT_EQ(verdict("cold<1%", {{"cold", 5}, {"calls", 1'000}}), "");
}

TEST(Missed, SaysWhichBoundAndByHowMuch) {
  EXPECT_EQ(
      verdict("wait.p99<200ms", {{"wait_ms.p99", 412.5}}),
      "w.toml:9: missed \"wait.p99<200ms\": wait_ms.p99 is 412.5 ms, 212.5 ms above the limit");
  EXPECT_EQ(verdict("within_slo>=99.5%", {{"within_slo", 0.97}}),
            "w.toml:9: missed \"within_slo>=99.5%\": within_slo is 97 %, 2.5 % below the limit");
  EXPECT_EQ(verdict("direction_changes<=6", {{"direction_changes", 9}}),
            "w.toml:9: missed \"direction_changes<=6\": direction_changes is 9, 3 above the limit");
  EXPECT_EQ(verdict("cold<1%", {{"cold", 20}, {"calls", 1'000}}),
            "w.toml:9: missed \"cold<1%\": cold is 2 %, 1 % above the limit");
  EXPECT_EQ(verdict("refused<1", {{"refused", 1}}),
            "w.toml:9: missed \"refused<1\": refused is 1, exactly the limit");
}

TEST(Missed, AFieldWithoutAValueMissesItsBound) {
  EXPECT_EQ(verdict("wait.p99<200ms", {}),
            "w.toml:9: missed \"wait.p99<200ms\": wait_ms.p99 has no value in this run (nothing to "
            "measure)");
  EXPECT_NE(verdict("cold<1%", {{"cold", 0}, {"calls", 0}}), "");
}

TEST(Missed, LooksAtTheGroupThatTheBoundNames) {
  const Bound bound = bound_of("refused<=0", "alpha");
  const auto message =
      missed(bound, [](std::string_view group, std::string_view) -> std::optional<double> {
        return group == "alpha" ? 3 : 0;
      });
  ASSERT_TRUE(message);
  EXPECT_EQ(*message,
            "w.toml:9: missed \"refused<=0\" of group alpha: refused is 3, 3 above the limit");
}

}  // namespace

}  // namespace fn::tests
