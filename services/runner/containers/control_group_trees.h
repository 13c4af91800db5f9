// SPDX-License-Identifier: Apache-2.0
//
// Which control group trees this process may make groups in.

#pragma once

#include <string>
#include <vector>

#include "services/runner/containers/control_groups.h"

namespace fn::services {

// From the text of /proc/self/mounts and /proc/self/cgroup: the folder of this process in each
// tree, whether or not it may be written. Version 2 comes first.
std::vector<GroupTree> known_trees(const std::string& mounts, const std::string& own_groups);

// Those of them in which groups can be made. With version 2 the controllers are handed down first,
// for which this process moves into a group of its own.
std::vector<GroupTree> usable_trees(std::vector<GroupTree> known);

// The whole small file; empty if it cannot be read.
std::string read_small_file(const std::string& path);

// False if it cannot be written.
bool write_small_file(const std::string& path, const std::string& text);

}  // namespace fn::services
