// SPDX-License-Identifier: Apache-2.0
//
// Observers of an LB's group and of a runner for tests that look at the answers only.

#pragma once

#include <string>

#include "services/lb/lb_observer.h"
#include "services/runner/runner_observer.h"

namespace fn::services {

class QuietLb final : public LbObserver {
 public:
  void arrived() override {}

  void decided(const core::LbFact& /*fact*/) override {}

  void taken(const std::string& /*call_id*/,
             const FunctionVersionPtr& /*function*/,
             core::RunnerHandle /*runner*/) override {}

  void ended(const CallRecord& /*record*/) override {}

  void waiting(std::uint32_t /*calls*/) override {}
};

class QuietRunner final : public RunnerObserver {
 public:
  void run_began(const std::string& /*call_id*/,
                 const FunctionSetup& /*function*/,
                 std::uint32_t /*container*/,
                 bool /*cold*/) override {}

  void run_ended(const std::string& /*call_id*/,
                 const FunctionSetup& /*function*/,
                 const RunOutcome& /*outcome*/,
                 core::Duration /*ran*/) override {}

  void container_removed(const FunctionSetup& /*function*/,
                         std::uint32_t /*container*/,
                         core::RemovalReason /*reason*/) override {}
};

}  // namespace fn::services
