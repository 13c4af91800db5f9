// SPDX-License-Identifier: Apache-2.0
//
// What a runner may use of the machine it is on when nobody says: Fn's rule. Memory: the available,
// or the limit of its control group if that is less, without a tenth (at least 256 MiB, at most
// 5 GiB) for others. CPU: the processors it may run on, or its control group's quota.

#pragma once

#include <string>

#include "core/base/units.h"

namespace fn::services {

struct MachineSize {
  core::MemoryMib memory{};
  core::MilliCpu cpu{};
};

// Reads /proc and /sys below `root`, which is empty but in tests. At least 1 MiB and 1/1000 CPU.
[[nodiscard]] MachineSize machine_size(const std::string& root = "");

}  // namespace fn::services
