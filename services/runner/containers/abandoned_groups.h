// SPDX-License-Identifier: Apache-2.0
//
// Control groups of runners that were killed and will not come back under their name. A runner that
// lives holds a lock on each of its folders; what is not locked and has no process in it is removed
// when any runner starts.

#pragma once

#include <string>
#include <string_view>

#include "services/runner/containers/control_groups.h"
#include "services/runner/containers/descriptor.h"

namespace fn::services {

// With what a runner's folder in a tree begins: this and the runner's name.
inline constexpr std::string_view kGroupFolder = "fn-";

// Holds the folder until the descriptor goes. Invalid: somebody else does, or it is not there.
[[nodiscard]] Descriptor lock_group_folder(const std::string& folder);

// Makes the folder, if it is not there, and holds it. A runner that starts at the same time may
// just look whether it is abandoned, and remove it: then it is made again. Invalid: it cannot be
// had.
[[nodiscard]] Descriptor make_and_lock_group_folder(const std::string& folder);

// Removes such folders of runners, `runner-...`, in this tree.
void remove_abandoned_groups(const GroupTree& tree);

}  // namespace fn::services
