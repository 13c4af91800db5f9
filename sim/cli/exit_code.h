// SPDX-License-Identifier: Apache-2.0
//
// Exit codes, the same in all our programs: what scripts and pipelines decide by. Their meaning
// does not change within a major version.

#pragma once

#include "core/base/result.h"

namespace fn::sim {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,     // the command line makes no sense
  kExitBadInput = 3,  // a trace, scenario or policy makes no sense
  kExitMissed = 99,   // a bound of [expect] was missed
};

// The code for an error that reading or running ended with.
constexpr ExitCode exit_code(core::ErrorCode code) {
  const bool bad_input =
      code == core::ErrorCode::kInvalidArgument || code == core::ErrorCode::kNotFound;
  return bad_input ? kExitBadInput : kExitFailed;
}

}  // namespace fn::sim
