// SPDX-License-Identifier: Apache-2.0
//
// What an LB's machine decides and how its calls end, as metrics under the simulator's names and as
// lines of the log: calls that did not complete at info, with the call's id, all at debug.

#pragma once

#include <string>

#include "services/base/log.h"
#include "services/base/metric_sets.h"
#include "services/lb/lb_observer.h"

namespace fn::services {

class LbReport final : public LbObserver {
 public:
  // REQUIRES: metrics and log outlive the report.
  LbReport(Metrics& metrics, Log& log, const std::string& group);

  void arrived() override;
  void decided(const core::LbFact& fact) override;
  void ended(const CallRecord& record) override;

  void waiting(std::uint32_t calls) { metrics_.waiting.set(calls); }

 private:
  LbMetrics metrics_;
  Log& log_;
  std::string group_;
};

}  // namespace fn::services
