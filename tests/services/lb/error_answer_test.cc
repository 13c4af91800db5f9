// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever goes wrong with a call, its caller is told a status, whose limit it was and when
// to try again, in the documented form.

#include "services/lb/error_answer.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

ErrorAnswer refused(core::RefusalReason reason) {
  CallEnd end;
  end.outcome = core::CallOutcome::kRefused;
  end.reason = reason;
  end.retry_after_s = 3;
  return error_of(end);
}

ErrorAnswer ran(core::CallOutcome outcome, int code, bool by_function) {
  CallEnd end;
  end.outcome = outcome;
  end.code = code;
  end.message = "said so";
  end.by_function = by_function;
  return error_of(end);
}

TEST(ErrorAnswer, EachRefusalNamesItsReasonAndLimit) {
  const ErrorAnswer full = refused(core::RefusalReason::kTimedOut);
  EXPECT_EQ(full.status, 503U);
  EXPECT_EQ(full.message, "Timed out - server too busy");
  EXPECT_EQ(full.reason, AnswerReason::kRunnersFull);
  EXPECT_EQ(full.retry_after_s, 3U);
  EXPECT_EQ(refused(core::RefusalReason::kNoRunner).reason, AnswerReason::kNoRunnerForGroup);
  EXPECT_EQ(refused(core::RefusalReason::kQueueFull).reason, AnswerReason::kWaitingCallsFull);
  const ErrorAnswer large = refused(core::RefusalReason::kTooLarge);
  EXPECT_EQ(large.status, 400U);
  EXPECT_EQ(large.retry_after_s, 0U);
  EXPECT_EQ(refused(core::RefusalReason::kRunnerBroken).status, 500U);
}

TEST(ErrorAnswer, ALateRefusalSaysThatTheBodyIsGone) {
  CallEnd end;
  end.outcome = core::CallOutcome::kFailed;
  end.body_gone = true;
  EXPECT_EQ(error_of(end).reason, AnswerReason::kBodyNotReplayable);
  EXPECT_EQ(error_of(end).status, 503U);
  EXPECT_EQ(error_of(end).limit, "FN_LB_REPLAY_BYTES");
  EXPECT_EQ(find_header(error_response(error_of(end), {}).headers, "Retry-After"), "1");
  end.retry_after_s = 7;
  EXPECT_EQ(error_of(end).retry_after_s, 7U);
}

TEST(ErrorAnswer, ARunnersWordsKeepTheirStatusAndSayWhoseFaultItWas) {
  const ErrorAnswer function = ran(core::CallOutcome::kFailed, 502, true);
  EXPECT_EQ(function.status, 502U);
  EXPECT_EQ(function.message, "said so");
  EXPECT_EQ(function.reason, AnswerReason::kFunctionError);
  EXPECT_EQ(ran(core::CallOutcome::kFailed, 502, false).reason, AnswerReason::kRunnerError);
  EXPECT_EQ(ran(core::CallOutcome::kTimedOut, 504, true).reason, AnswerReason::kFunctionTimedOut);
  EXPECT_EQ(ran(core::CallOutcome::kFailed, 7, false).status, 500U);
}

TEST(ErrorAnswer, TheBodyHasTheDocumentedMembers) {
  const HttpResponse response =
      error_response(refused(core::RefusalReason::kNoRunner), {.group = "team", .call_id = "01AB"});
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(find_header(response.headers, "Retry-After"), "3");
  EXPECT_EQ(find_header(response.headers, "Fn-Call-Id"), "01AB");
  EXPECT_EQ(nlohmann::json::parse(response.body), nlohmann::json::parse(R"({
      "code":503, "message":"Timed out - server too busy", "reason":"no_runner_for_group",
      "group":"team", "limit":"runners of the group: 0", "retry_after_s":3, "call_id":"01AB"})"));
}

TEST(ErrorAnswer, UnderRTheSeedsFormStandsBesideIt) {
  const HttpResponse response = error_response(refused(core::RefusalReason::kTooLarge),
                                               {.group = "g", .call_id = "", .seed_form = true});
  const auto body = nlohmann::json::parse(response.body);
  EXPECT_EQ(body["error"]["message"], "Requested CPU/Memory cannot be allocated");
  EXPECT_FALSE(body.contains("call_id"));
}

TEST(ErrorAnswer, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int value = 0; value <= static_cast<int>(AnswerReason::kShuttingDown); ++value) {
    names.insert(name_of(static_cast<AnswerReason>(value)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(AnswerReason::kShuttingDown) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(ErrorAnswer, AGroupRefusesWhomItIsNotForAndWhomItHasNoRunnerFor) {
  GroupPool pool;
  EXPECT_FALSE(refusal_of(pool, "red", "app"));  // empty, but nothing says that it stays so
  pool.apps = {"owner"};
  EXPECT_EQ(refusal_of(pool, "red", "thief").value().reason, AnswerReason::kGroupNotAllowed);
  EXPECT_FALSE(refusal_of(pool, "red", "owner"));
  pool.shortage = "add addresses";
  const ErrorAnswer shortage = refusal_of(pool, "red", "owner").value();
  EXPECT_EQ(shortage.reason, AnswerReason::kNoRunnerForGroup);
  EXPECT_EQ(shortage.limit, "add addresses");
  EXPECT_GT(shortage.retry_after_s, 0U);
  pool.members = {{1, "one:9190", 0, 0}};
  EXPECT_FALSE(refusal_of(pool, "red", "owner"));  // what there is serves
  pool.refusal = "too many groups";
  EXPECT_EQ(refusal_of(pool, "red", "owner").value().limit, "too many groups");
}

}  // namespace
}  // namespace fn::services
