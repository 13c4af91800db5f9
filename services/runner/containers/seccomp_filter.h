// SPDX-License-Identifier: Apache-2.0
//
// The system calls that functions may not make: those that change the machine (mounts, modules,
// clocks, keys), look into other processes, make namespaces, or have a history of holes that no
// function needs (io_uring, bpf, userfaultfd). They fail with EPERM; clone3, whose flags no filter
// can see, with ENOSYS, so that libraries fall back to clone.

#pragma once

#include <string>

#include "core/base/result.h"

namespace fn::services {

// The filter as the kernel's instructions, as `bwrap --seccomp` takes them.
core::Result<std::string> seccomp_filter();

}  // namespace fn::services
