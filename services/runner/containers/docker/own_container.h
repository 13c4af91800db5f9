// SPDX-License-Identifier: Apache-2.0
//
// For a runner that is in a container itself and speaks to the engine that runs it: the engine
// mounts folders as its own machine has them, so the runner's socket folder must be told as that.

#pragma once

#include <string>

#include "core/base/result.h"

namespace fn::services {

// The id of the container that this process may be in, from the texts of /proc/self/mountinfo and
// /proc/self/cgroup; empty: in none.
std::string own_container_id(const std::string& mount_info, const std::string& groups);

// Where `folder` of the container lies on the engine's machine, from the answer to
// GET /containers/ID/json.
core::Result<std::string> path_on_engine(const std::string& folder, const std::string& inspected);

}  // namespace fn::services
