// SPDX-License-Identifier: Apache-2.0
//
// How much memory a process and all its descendants hold, for machines without control groups.

#pragma once

#include "core/base/units.h"

namespace fn::services {

// Pages that two of them share count twice. 0 for a process that is not there.
core::MemoryMib resident_memory(int pid);

}  // namespace fn::services
