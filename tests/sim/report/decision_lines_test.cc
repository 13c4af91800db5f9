// SPDX-License-Identifier: Apache-2.0
//
// Goal: every fact becomes one line of JSON in fixed form, calls that went well are not told, and a
// storm of facts leaves bounded memory and a count.

#include "sim/report/decision_lines.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

using namespace std::chrono_literals;
using core::Instant;

core::LbFact retried() {
  core::CallRetried fact;
  fact.call = core::CallHandle{4};
  fact.runner = core::RunnerHandle{2};
  fact.attempt = 1;
  fact.reason = core::RefusalReason::kRunnerFull;
  return core::LbFact::of(fact);
}

std::string minute_of(const sim::DecisionLog& log) {
  std::string out;
  sim::append_minute(out, "g", Instant{60s}, log);
  return out;
}

TEST(DecisionLines, TellWhoDecidedWhatWhenAndWhy) {
  sim::DecisionLog log;
  log.add(Instant{1500ms}, 3, retried());
  core::OfferRefused refused;
  refused.call = core::CallHandle{4};
  refused.function = core::FunctionHandle{9};
  refused.missing_mib = 128;
  log.add(Instant{2s}, 7, core::RunnerFact::of(refused));
  core::OrderFailed failed;
  failed.order = 1;
  failed.missing = 2;
  failed.pause = 250ms;
  log.add(Instant{3s}, core::NpmFact::of(failed));
  EXPECT_EQ(minute_of(log),
            "{\"t_s\":1.500000,\"group\":\"g\",\"role\":\"lb\",\"node\":\"lb-3\",\"fact\":"
            "\"call-retried\",\"call\":4,\"runner\":2,\"attempt\":1,\"reason\":\"runner-full\"}\n"
            "{\"t_s\":2.000000,\"group\":\"g\",\"role\":\"runner\",\"node\":\"runner-7\",\"fact\":"
            "\"offer-refused\",\"call\":4,\"function\":9,\"missing_mib\":128,\"missing_milli\":0,"
            "\"reason\":\"runner-full\"}\n"
            "{\"t_s\":3.000000,\"group\":\"g\",\"role\":\"npm\",\"node\":\"npm\",\"fact\":"
            "\"order-failed\",\"order\":1,\"missing\":2,\"pause_s\":0.250000,\"reason\":"
            "\"not-delivered\"}\n");
}

TEST(DecisionLines, DoNotTellOfCallsThatWentWell) {
  sim::DecisionLog log;
  log.add(Instant{1s}, 0, core::LbFact::of(core::CallPlaced{}));
  log.add(Instant{1s}, 0, retried());
  ASSERT_EQ(log.decisions().size(), 1U);
  EXPECT_EQ(log.left_out(core::LbFactKind::kCallPlaced), 0U);
}

TEST(DecisionLines, CountWhatAStormLeavesOut) {
  sim::DecisionLog log(sim::DecisionLimits{.frequent = 2, .rare = 3});
  for (int count = 0; count < 1000; ++count) {
    log.add(Instant{1s}, 0, retried());
  }
  for (int count = 0; count < 4; ++count) {
    log.add(Instant{2s}, core::NpmFact::of(core::GroupScaled{}));
  }
  EXPECT_EQ(log.decisions().size(), 5U);
  const std::string text = minute_of(log);
  EXPECT_NE(text.find("{\"t_s\":60.000000,\"group\":\"g\",\"role\":\"lb\",\"node\":null,\"fact\":"
                      "\"left-out\",\"of\":\"call-retried\",\"count\":998,\"reason\":\"limit\"}\n"),
            std::string::npos);
  EXPECT_NE(text.find("\"of\":\"group-scaled\",\"count\":1,"), std::string::npos);

  log.clear();
  EXPECT_EQ(minute_of(log), "");
  log.add(Instant{61s}, 0, retried());
  EXPECT_EQ(log.decisions().size(), 1U);
}

TEST(DecisionLines, AreJsonWhateverTheGroupIsCalled) {
  sim::DecisionLog log;
  log.add(Instant{1s}, core::NpmFact::of(core::RunnerChanged{}));
  std::string out;
  sim::append_minute(out, "a\"b\\\n\xff", Instant{60s}, log);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
  const auto read = nlohmann::json::parse(out, nullptr, false);
  ASSERT_FALSE(read.is_discarded());
  EXPECT_EQ(read["change"], "active");
  EXPECT_TRUE(read["runner"].is_null());
}

}  // namespace
}  // namespace fn::tests
