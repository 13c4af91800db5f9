// SPDX-License-Identifier: Apache-2.0
//
// Goal: every fact that a machine can state is told in words, with its fields and a reason.

#include "core/facts/fact_text.h"

#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/facts/fact_names.h"

namespace fn::tests {
namespace {

using namespace std::chrono_literals;

template <typename Body>
core::FactText described(const Body& body) {
  return core::describe(core::Record<std::remove_const_t<decltype(Body::kKind)>>::of(body));
}

std::string plain(const core::FactText& text) {
  std::string out(text.fact);
  for (const core::FactField& field : text.fields) {
    out += " " + std::string(field.name) + "=";
    if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
      out += std::to_string(*number);
    } else if (const auto* duration = std::get_if<core::Duration>(&field.value)) {
      out += std::to_string(duration->count()) + "ns";
    } else if (const auto* word = std::get_if<std::string_view>(&field.value)) {
      out += *word;
    } else {
      out += "?";
    }
  }
  return out + " reason=" + text.reason;
}

TEST(FactText, TellsAScaleActionWithTheLimitsThatMovedIt) {
  core::GroupScaled fact;
  fact.demand_mib = 9000;
  fact.wish = 3;
  fact.target = 4;
  fact.limits = core::kLimitMin | core::kLimitLongWait;
  fact.provisioned = 1;
  fact.revived = 2;
  EXPECT_EQ(plain(described(fact)),
            "group-scaled demand_mib=9000 wish=3 target=4 provisioned=1 revived=2 drained=0 "
            "cancelled=0 reason=min+long-wait");
  fact.limits = core::kLimitNone;
  EXPECT_EQ(described(fact).reason, "demand");
}

TEST(FactText, TellsHowACallEnded) {
  core::CallEnded fact;
  fact.call = core::CallHandle{7};
  fact.attempts = 2;
  fact.waited = 360s;
  fact.outcome = core::CallOutcome::kTimedOut;
  fact.reason = core::RefusalReason::kTimedOut;
  EXPECT_EQ(plain(described(fact)),
            "call-ended call=7 outcome=timed-out attempts=2 waited_s=360000000000ns "
            "reason=timed-out");
}

TEST(FactText, KnowsARemovalAtTheDeadlineFromAnIdleOne) {
  core::RunnerChanged fact;
  fact.runner = core::RunnerHandle{3};
  fact.change = core::RunnerChange::kRemovedAtDeadline;
  EXPECT_EQ(plain(described(fact)), "runner-changed runner=3 change=removed reason=drain-deadline");
  fact.change = core::RunnerChange::kRemovedIdle;
  EXPECT_EQ(described(fact).reason, "idle");
}

TEST(FactText, LeavesAHandleOfNoneUnknown) {
  core::ContainerEvicted fact;
  fact.function = core::FunctionHandle{1};
  EXPECT_EQ(plain(described(fact)),
            "container-evicted function=1 for_function=? idle_s=0ns reason=room-needed");
}

TEST(FactText, HasANameAndAReasonForEveryKind) {
  std::set<std::string> names;
  for (const core::FactText& text : {described(core::CallPlaced{}),
                                     described(core::CallRetried{}),
                                     described(core::CallQueued{}),
                                     described(core::CallOvertook{}),
                                     described(core::CallEnded{}),
                                     described(core::RunnerRested{}),
                                     described(core::RunnerUsedAgain{}),
                                     described(core::LbEventIgnored{}),
                                     described(core::OfferRefused{}),
                                     described(core::ContainerEvicted{}),
                                     described(core::GroupScaled{}),
                                     described(core::RunnerChanged{}),
                                     described(core::OrderFailed{}),
                                     described(core::RequirementExpired{})}) {
    EXPECT_NE(text.fact, "unknown");
    EXPECT_FALSE(text.reason.empty()) << text.fact;
    EXPECT_FALSE(text.fields.empty()) << text.fact;
    names.emplace(text.fact);
  }
  EXPECT_EQ(names.size(), 14U);
  EXPECT_EQ(described(core::RunnerEventIgnored{}).fact, "event-ignored");
  EXPECT_EQ(described(core::NpmEventIgnored{}).fact, "event-ignored");
}

TEST(FactNames, GiveEveryReasonAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (std::uint8_t value = 0; value <= 10; ++value) {
    words.insert(core::name_of(static_cast<core::RefusalReason>(value)));
  }
  EXPECT_EQ(words.size(), 11U);
  EXPECT_FALSE(words.contains("unknown"));
  EXPECT_EQ(core::name_of(static_cast<core::RefusalReason>(11)), "unknown");
}

TEST(FactNames, JoinAllLimitsInOrderAndSurviveUnknownOnes) {
  EXPECT_EQ(core::limits_text((1U << 9) - 1),
            "min+max+step+window+cooldown+headroom+long-wait+last-runner+panic");
  EXPECT_EQ(core::limits_text(core::kLimitStep | 1U << 31), "step+unknown");
}

}  // namespace
}  // namespace fn::tests
