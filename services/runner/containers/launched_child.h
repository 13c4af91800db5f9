// SPDX-License-Identifier: Apache-2.0
//
// What a new process does between fork and exec: control groups, limits, user, descriptors.

#pragma once

#include "services/runner/containers/launch_message.h"

namespace fn::services {

// Becomes the program of the request. A step that fails is said on the process's stderr, and the
// exit code is 127, as a shell does it. Its descriptors are request.descriptors, open here.
[[noreturn]] void become(const LaunchRequest& request, int launcher_pid);

}  // namespace fn::services
