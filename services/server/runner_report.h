// SPDX-License-Identifier: Apache-2.0
//
// What a runner does with its calls, as metrics under the simulator's names and as the lines of the
// log that the seed's runners write (fn.md 7.3): "starting call", "hot function terminated".

#pragma once

#include <string>

#include "services/base/log.h"
#include "services/base/metric_sets.h"
#include "services/runner/runner_node.h"
#include "services/runner/runner_observer.h"

namespace fn::services {

class RunnerReport final : public RunnerObserver {
 public:
  // REQUIRES: metrics and log outlive the report.
  RunnerReport(Metrics& metrics, Log& log, const std::string& group);

  void run_began(const std::string& call_id,
                 const FunctionSetup& function,
                 std::uint32_t container,
                 bool cold) override;
  void run_ended(const std::string& call_id,
                 const FunctionSetup& function,
                 const RunOutcome& outcome,
                 core::Duration ran) override;
  void container_removed(const FunctionSetup& function,
                         std::uint32_t container,
                         core::RemovalReason reason) override;

  void holds(const RunnerCounts& counts);

 private:
  RunnerMetrics metrics_;
  Log& log_;
};

}  // namespace fn::services
