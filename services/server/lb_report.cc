// SPDX-License-Identifier: Apache-2.0

#include "services/server/lb_report.h"

#include <chrono>

#include "core/facts/fact_names.h"

namespace fn::services {

LbReport::LbReport(Metrics& metrics, Log& log, RememberedCalls& calls, const std::string& group)
    : metrics_(metrics, group), log_(log), calls_(calls), group_(group) {}

void LbReport::arrived() {
  metrics_.arrived.add();
}

void LbReport::decided(const core::LbFact& fact) {
  switch (fact.kind()) {
    case core::LbFactKind::kCallPlaced:
      metrics_.wait.add(fact.as<core::CallPlaced>().waited);
      break;
    case core::LbFactKind::kCallRetried:
      metrics_.retries.add();
      break;
    case core::LbFactKind::kCallOvertook:
      metrics_.overtakes.add();
      break;
    case core::LbFactKind::kRunnerRested: {
      const auto rested = fact.as<core::RunnerRested>();
      log_.warn(rested.silent != 0 ? "a runner is silent: it is left alone for a while"
                                   : "a runner cannot be reached: it is left alone for a while",
                {{"runner", rested.runner.value},
                 {"lb_group", group_},
                 {"pause_ms", rested.pause / std::chrono::milliseconds(1)}});
      break;
    }
    case core::LbFactKind::kRunnerUsedAgain:
      log_.info("a runner is used again",
                {{"runner", fact.as<core::RunnerUsedAgain>().runner.value}, {"lb_group", group_}});
      break;
    case core::LbFactKind::kCallQueued:
    case core::LbFactKind::kCallEnded:
    case core::LbFactKind::kEventIgnored:
      break;
  }
}

void LbReport::taken(const std::string& call_id,
                     const FunctionVersionPtr& function,
                     core::RunnerHandle runner) {
  calls_.remember(call_id, function, runner);
}

void LbReport::ended(const CallRecord& record) {
  metrics_.ended(record.outcome, record.reason, record.since_arrival);
  const LogLevel level =
      record.outcome == core::CallOutcome::kCompleted ? LogLevel::kDebug : LogLevel::kInfo;
  if (!log_.on(level)) {
    return;
  }
  const LogFields fields = {{"id", record.id},
                            {"app", record.function.setup.app_name},
                            {"fn_id", record.function.setup.fn_id},
                            {"lb_group", group_},
                            {"outcome", core::name_of(record.outcome)},
                            {"reason", core::name_of(record.reason)},
                            {"code", record.code},
                            {"error", record.message},
                            {"attempts", record.attempts},
                            {"took_us", record.since_arrival / std::chrono::microseconds(1)}};
  level == LogLevel::kDebug ? log_.debug("Call finished", fields)
                            : log_.info("Call finished", fields);
}

}  // namespace fn::services
