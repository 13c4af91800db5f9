// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/resident_memory.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace fn::services {
namespace {

// More than a container's limit of processes; ends a walk through a fork bomb.
constexpr std::size_t kProcessesMax = 1000;

// Between fork and exec a process still has the pages of this program. The link cannot be forged,
// as a process's name can.
bool is_launcher(int pid) {
  std::error_code error;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", error);
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error) == own;
}

}  // namespace

core::MemoryMib resident_memory(int pid) {
  if (pid <= 0 || is_launcher(pid)) {
    return {};
  }
  std::int64_t pages = 0;
  std::vector<int> pids = {pid};
  for (std::size_t at = 0; at < pids.size() && at < kProcessesMax; ++at) {
    const std::string folder = "/proc/" + std::to_string(pids[at]);
    std::int64_t size = 0;
    std::int64_t resident = 0;
    if (std::ifstream(folder + "/statm") >> size >> resident) {
      pages += resident;
    }
    // Processes that threads other than the first have started are not among these; bubblewrap,
    // shells and Node start theirs from the first.
    std::ifstream children(folder + "/task/" + std::to_string(pids[at]) + "/children");
    for (int child = 0; children >> child;) {
      pids.push_back(child);
    }
  }
  return {pages * ::sysconf(_SC_PAGESIZE) >> 20};
}

}  // namespace fn::services
