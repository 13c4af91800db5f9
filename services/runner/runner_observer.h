// SPDX-License-Identifier: Apache-2.0
//
// Who is told what a runner does with its calls, for metrics and logs. Nothing that an observer
// does changes it.

#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "core/runner/messages.h"
#include "services/runner/container.h"
#include "services/wire/function_setup.h"

namespace fn::services {

class RunnerObserver {
 public:
  virtual ~RunnerObserver() = default;

  // A call begins to run, in the container of this creation number; `cold`: it is a fresh one.
  virtual void run_began(const std::string& call_id,
                         const FunctionSetup& function,
                         std::uint32_t container,
                         bool cold) = 0;
  virtual void run_ended(const std::string& call_id,
                         const FunctionSetup& function,
                         const RunOutcome& outcome,
                         core::Duration ran) = 0;
  virtual void container_removed(const FunctionSetup& function,
                                 std::uint32_t container,
                                 core::RemovalReason reason) = 0;
};

}  // namespace fn::services
