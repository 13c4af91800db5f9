// SPDX-License-Identifier: Apache-2.0
//
// How a load balancer asks the runner that had a call for the call's log.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/handle.h"

namespace fn::services {

struct LogAnswer {
  enum class Kind : std::uint8_t {
    kLog,
    kUnknown,      // the runner has let go of it
    kNotOffered,   // it is none of ours
    kUnreachable,  // it does not answer
  };
  Kind kind = Kind::kUnreachable;
  std::string text;  // the log, or why there is none
};

class LogPort {
 public:
  virtual ~LogPort() = default;

  // Answers once, later, within a few seconds; never once the port is closed.
  virtual void ask_log(core::RunnerHandle runner,
                       const std::string& call_id,
                       std::function<void(LogAnswer answer)> handler) = 0;
};

}  // namespace fn::services
