// SPDX-License-Identifier: Apache-2.0
//
// What a node pool manager says to a runner and how it is answered: the methods of LeasedRunner
// (proto/pool.proto). For rare_call.cc only.

#pragma once

#include <functional>
#include <string>

#include <grpcpp/support/status.h>

#include "services/runner/runner_node.h"

namespace fn::services {

// Calls `done` once, maybe much later: a drain is answered when it has ended. False: it is none of
// these methods, and `done` is never called.
bool answer_leased(
    RunnerNode& node,
    const std::string& method,
    const std::string& request,
    const std::function<void(const grpc::Status& status, const std::string& bytes)>& done);

}  // namespace fn::services
