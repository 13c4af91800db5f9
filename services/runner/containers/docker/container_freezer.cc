// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/container_freezer.h"

#include <unistd.h>

#include "services/runner/containers/control_group_trees.h"

namespace fn::services {

std::optional<ContainerFreezer> ContainerFreezer::find(const std::string& id, std::int64_t pid) {
  if (pid <= 0) {
    return std::nullopt;
  }
  const std::string groups = read_small_file("/proc/" + std::to_string(pid) + "/cgroup");
  for (const GroupTree& tree : known_trees(read_small_file("/proc/self/mounts"), groups)) {
    // Another process of that number, or another container's group, must not be stopped.
    if (!tree.has(Controller::kFreezer) || tree.folder.find(id) == std::string::npos) {
      continue;
    }
    const std::string file =
        tree.folder + (tree.version == 2 ? "/cgroup.freeze" : "/freezer.state");
    if (::access(file.c_str(), W_OK) == 0) {
      return ContainerFreezer({file, tree.version == 2 ? "1" : "FROZEN"},
                              {file, tree.version == 2 ? "0" : "THAWED"});
    }
  }
  return std::nullopt;
}

bool ContainerFreezer::freeze() const {
  return write_small_file(frozen_.path, frozen_.text);
}

bool ContainerFreezer::thaw() const {
  return write_small_file(thawed_.path, thawed_.text);
}

}  // namespace fn::services
