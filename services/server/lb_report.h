// SPDX-License-Identifier: Apache-2.0
//
// What an LB's machine decides and how its calls end, as metrics under the simulator's names and as
// lines of the log: calls that did not complete at info, with the call's id, all at debug. Which
// runner took which call is remembered for whoever asks for the call's log.

#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "services/base/log.h"
#include "services/base/metric_sets.h"
#include "services/lb/lb_observer.h"
#include "services/lb/remembered_calls.h"

namespace fn::services {

class LbReport final : public LbObserver {
 public:
  // REQUIRES: metrics, log and calls outlive the report.
  LbReport(Metrics& metrics, Log& log, RememberedCalls& calls, const std::string& group);

  void arrived() override;
  void decided(const core::LbFact& fact) override;
  void taken(const std::string& call_id,
             const FunctionVersionPtr& function,
             core::RunnerHandle runner) override;
  void ended(const CallRecord& record) override;

  // Shards of one process count into the same metric.
  void waiting(std::uint32_t calls) override {
    metrics_.waiting.add(std::int64_t{calls} - std::exchange(waiting_, calls));
  }

 private:
  LbMetrics metrics_;
  Log& log_;
  RememberedCalls& calls_;
  std::string group_;
  std::uint32_t waiting_ = 0;
};

}  // namespace fn::services
