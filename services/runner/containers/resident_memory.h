// SPDX-License-Identifier: Apache-2.0
//
// How much memory a process and all its descendants hold, for machines without control groups.

#pragma once

#include "core/base/units.h"

namespace fn::services {

// Pages that two of them share count twice. 0 for a process that is not there, or that is still on
// its way from the launcher to its own program.
core::MemoryMib resident_memory(int pid);

}  // namespace fn::services
