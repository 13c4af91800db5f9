// SPDX-License-Identifier: Apache-2.0

#include "services/base/machine_size.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sched.h>

namespace fn::services {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMib = std::int64_t{1} << 20;

// The whole number with which the file begins; kUnlimited: there is none, such as "max".
std::int64_t first_number(const std::string& path) {
  std::ifstream in(path);
  std::int64_t number = 0;
  return in >> number ? number : kUnlimited;
}

std::int64_t available_bytes(const std::string& root) {
  std::ifstream in(root + "/proc/meminfo");
  std::string word;
  while (in >> word) {
    if (word == "MemAvailable:") {
      std::int64_t kib = 0;
      return in >> kib ? kib * 1'024 : kUnlimited;
    }
  }
  return kUnlimited;
}

std::int64_t processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::int64_t quota_milli(const std::string& root) {
  constexpr std::int64_t kMilli = 1'000;
  std::int64_t quota = 0;
  std::int64_t period = 0;
  std::ifstream unified(root + "/sys/fs/cgroup/cpu.max");
  if (!(unified >> quota >> period)) {
    quota = first_number(root + "/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    period = first_number(root + "/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  }
  const bool limited = quota > 0 && period > 0 && quota < kUnlimited / kMilli;
  return limited ? quota * kMilli / period : kUnlimited;
}

}  // namespace

MachineSize machine_size(const std::string& root) {
  std::int64_t bytes = available_bytes(root);
  for (const std::string_view limit : {"memory.max", "memory/memory.limit_in_bytes"}) {
    bytes = std::min(bytes, first_number(root + "/sys/fs/cgroup/" + std::string(limit)));
  }
  if (bytes == kUnlimited) {
    // Fn's figure where it cannot know.
    bytes = 2'048 * kMib;
  }
  const std::int64_t spared = std::clamp(bytes / 10, 256 * kMib, 5'120 * kMib);
  const std::int64_t cpu = std::min(processors() * 1'000, quota_milli(root));
  return MachineSize{.memory = {std::max<std::int64_t>(1, (bytes - spared) / kMib)},
                     .cpu = {std::max<std::int64_t>(1, cpu)}};
}

}  // namespace fn::services
