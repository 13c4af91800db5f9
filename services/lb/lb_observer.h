// SPDX-License-Identifier: Apache-2.0
//
// Who is told what becomes of calls, for metrics and logs. Nothing that an observer does changes
// what becomes of them.

#pragma once

#include <cstdint>
#include <string>

#include "core/base/handle.h"
#include "core/base/time.h"
#include "core/lb/messages.h"
#include "services/lb/function_version.h"

namespace fn::services {

// One call that has ended. The references are valid within ended() only.
struct CallRecord {
  const std::string& id;
  const FunctionVersion& function;
  core::CallOutcome outcome;
  core::RefusalReason reason;
  int code;  // what the runner said; 0: nothing, or all is well
  const std::string& message;
  std::uint32_t attempts;
  core::Duration since_arrival;
};

class LbObserver {
 public:
  virtual ~LbObserver() = default;

  virtual void arrived() = 0;
  virtual void decided(const core::LbFact& fact) = 0;
  // A runner has the call; how it ends is still open.
  virtual void taken(const std::string& call_id,
                     const FunctionVersionPtr& function,
                     core::RunnerHandle runner) = 0;
  virtual void ended(const CallRecord& record) = 0;
  // How many calls wait, at the end of a batch in which something happened.
  virtual void waiting(std::uint32_t calls) = 0;
};

}  // namespace fn::services
